using System.Net.Http.Json;
using System.Text.Json;

namespace Storefront.Tests.Hosting;

public sealed class Visitor(HttpClient http)
{
    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, body);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, CancellationToken? cancellationToken = null)
    {
        var token = cancellationToken ?? TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await http.SendAsync(request, token);
        var text = await response.Content.ReadAsStringAsync(token);
        var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        var status = Header("Cache-Status")?.Split("; key=");
        return new Answer(
            response.StatusCode,
            isJson ? JsonDocument.Parse(text).RootElement : default,
            text,
            status?[0],
            status?.ElementAtOrDefault(1),
            Header("Age"),
            Header("Cache-Control"));

        // As it was sent: HttpClient would sort what it has parsed.
        string? Header(string name) => response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
    }
}
