namespace Storefront.Profiles;

public sealed record UserProfile(int Id, string Name, string Email, string Address);
