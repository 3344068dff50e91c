namespace DistributedCache.AspNetCore;

/// <summary>A CloudFront distribution that has a cache tag configuration.</summary>
public sealed class CloudFrontEdgeOptions
{
    /// <summary>The distribution's id. Required.</summary>
    public string DistributionId { get; set; } = "";

    /// <summary>The id of an access key that may <c>cloudfront:CreateInvalidation</c>. Required.</summary>
    public string AccessKeyId { get; set; } = "";

    /// <summary>The access key. Required; a secret.</summary>
    public string SecretAccessKey { get; set; } = "";

    /// <summary>The session token of temporary credentials; null for lasting ones. A secret.</summary>
    public string? SessionToken { get; set; }

    /// <summary>The response header that the distribution's tag configuration names. Default: <c>Cache-Tag</c>.</summary>
    public string TagHeader { get; set; } = "Cache-Tag";

    /// <summary>Where the API is. Default: <c>https://cloudfront.amazonaws.com</c>.</summary>
    public Uri Endpoint { get; set; } = new("https://cloudfront.amazonaws.com");
}
