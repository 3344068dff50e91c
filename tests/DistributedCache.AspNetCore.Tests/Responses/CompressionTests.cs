using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Responses;

/// <summary>The framework's compression, in front of the cache, which then stores plain bytes, and behind it.</summary>
public class CompressionTests
{
    private static readonly string Text = new('a', 5_000);

    private int _runs;

    private Task<App> Start(bool isInFront) => App.StartAsync(
        app =>
        {
            if (!isInFront) app.UseResponseCompression();
            app.MapGet("/a", () =>
            {
                Interlocked.Increment(ref _runs);
                return Results.Text(Text);
            }).CacheResponse("catalog");
        },
        build: static builder => builder.Services.AddResponseCompression(),
        before: app =>
        {
            if (isInFront) app.UseResponseCompression();
        });

    private static async Task<(HttpResponseMessage Answer, string Text)> GetAsync(App app, string? accepted, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a");
        if (accepted is not null) request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var answer = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using var plain = answer.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            _ => body,
        };
        using var reader = new StreamReader(plain, Encoding.UTF8);
        return (answer, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_EachCoding_IsAnsweredInIt(bool isInFront)
    {
        await using var app = await Start(isInFront);
        foreach (var coding in new[] { "gzip", "br", null, "gzip", "br", null })
        {
            var (answer, text) = await GetAsync(app, coding);
            using (answer) Assert.Equal((coding, Text), (answer.Content.Headers.ContentEncoding.SingleOrDefault(), text));
        }

        Assert.Equal(isInFront ? 1 : 3, _runs);
    }

    [Fact]
    public async Task Get_CompressedInFront_HasNoStrongTagOfOtherBytes()
    {
        await using var app = await Start(isInFront: true);
        using var filled = (await GetAsync(app, null)).Answer;
        using var plain = (await GetAsync(app, null)).Answer;
        using var packed = (await GetAsync(app, "gzip")).Answer;
        Assert.False(plain.Headers.ETag!.IsWeak);
        Assert.Equal($"W/{plain.Headers.ETag.Tag}", packed.Headers.ETag!.ToString());

        using var unchanged = (await GetAsync(app, "gzip", ("If-None-Match", packed.Headers.ETag.ToString()))).Answer;
        Assert.Equal(304, (int)unchanged.StatusCode);
        using var whole = (await GetAsync(app, "gzip", ("Range", "bytes=10-"), ("If-Range", packed.Headers.ETag.ToString()))).Answer;
        Assert.Equal(200, (int)whole.StatusCode);
    }
}
