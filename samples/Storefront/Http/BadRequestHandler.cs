using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;

namespace Storefront.Http;

/// <summary>Says what was wrong with a request that could not be read, and in which field.</summary>
internal sealed class BadRequestHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad) return false;
        await ToResult(bad).ExecuteAsync(httpContext);
        return true;
    }

    private static IResult ToResult(BadHttpRequestException bad) => bad.InnerException is JsonException { Path: ['$', '.', .. var field] } json
        ? TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [$"{field} can't be read. {json.Message}"] })
        : TypedResults.Problem(bad.Message, statusCode: bad.StatusCode);
}
