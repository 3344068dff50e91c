namespace Aot;

internal sealed record Book(int Id, string Title, decimal Price);
