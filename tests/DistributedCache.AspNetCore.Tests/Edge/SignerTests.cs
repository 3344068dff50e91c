using System.Text;
using DistributedCache.AspNetCore.Edge.Akamai;
using DistributedCache.AspNetCore.Edge.CloudFront;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>Signatures that AWS and Akamai publish for testing.</summary>
public class SignerTests
{
    private static readonly DateTimeOffset AwsTime = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Fact]
    public void Aws_GetVanilla_IsThePublishedSignature()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://example.amazonaws.com/");

        AwsSigner.Sign(request, [], ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null), "us-east-1", "service", AwsTime);

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            request.Headers.GetValues("Authorization").Single());
    }

    [Fact]
    public void Aws_PostForm_IsThePublishedSignature()
    {
        var body = Encoding.UTF8.GetBytes("Param1=value1");
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://example.amazonaws.com/")
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/x-www-form-urlencoded") } },
        };

        AwsSigner.Sign(request, body, ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null), "us-east-1", "service", AwsTime);

        Assert.EndsWith(
            "SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            request.Headers.GetValues("Authorization").Single(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "", "", "tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU=")]
    [InlineData("GET", "testapi/v1/t1?p1=1&p2=2", "", "hKDH1UlnQySSHjvIcZpDMbQHihTQ0XyVAKZaApabdeA=")]
    [InlineData("POST", "testapi/v1/t3", "datadatadatadatadatadatadatadata", "hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4=")]
    public void EdgeGrid_PublishedRequest_IsThePublishedSignature(string method, string path, string body, string signature)
    {
        var options = new AkamaiEdgeOptions
        {
            ClientToken = "akab-client-token-xxx-xxxxxxxxxxxxxxxx",
            AccessToken = "akab-access-token-xxx-xxxxxxxxxxxxxxxx",
            ClientSecret = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=",
        };

        var signed = EdgeGridSigner.Sign(
            options, method, new Uri("https://akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net/" + path),
            Encoding.UTF8.GetBytes(body), new DateTimeOffset(2014, 3, 21, 19, 34, 21, TimeSpan.Zero), "nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");

        Assert.Equal(
            $"EG1-HMAC-SHA256 client_token={options.ClientToken};access_token={options.AccessToken};timestamp=20140321T19:34:21+0000;nonce=nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx;signature={signature}",
            signed);
    }
}
