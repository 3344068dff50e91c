using System.Net.Http.Headers;
using System.Text;
using DistributedCache.AspNetCore.Edge.Akamai;
using DistributedCache.AspNetCore.Edge.CloudFront;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>Signatures that AWS and Akamai publish for testing.</summary>
public class SignerTests
{
    // The moments the signatures were made for, as a clock elsewhere says them.
    private static readonly DateTimeOffset AwsTime = new(2015, 8, 30, 14, 36, 0, TimeSpan.FromHours(2));
    private static readonly DateTimeOffset AkamaiTime = new(2014, 3, 21, 21, 34, 21, TimeSpan.FromHours(2));

    [Fact]
    public void Aws_GetVanilla_IsThePublishedSignature()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://example.amazonaws.com/");

        AwsSigner.Sign(request, [], ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null), "us-east-1", "service", AwsTime);

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            request.Headers.GetValues("Authorization").Single());
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")]
    [InlineData("application/x-www-form-urlencoded; charset=utf8", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe")]
    public void Aws_PostForm_IsThePublishedSignature(string type, string signature)
    {
        var body = Encoding.UTF8.GetBytes("Param1=value1");
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://example.amazonaws.com/")
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } },
        };

        AwsSigner.Sign(request, body, ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null), "us-east-1", "service", AwsTime);

        Assert.EndsWith(
            $"SignedHeaders=content-type;host;x-amz-date, Signature={signature}",
            request.Headers.GetValues("Authorization").Single(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Aws_SessionToken_IsThePublishedSignature()
    {
        const string Token = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://example.amazonaws.com/");

        AwsSigner.Sign(request, [], ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Token), "us-east-1", "service", AwsTime);

        Assert.Equal(Token, request.Headers.GetValues("X-Amz-Security-Token").Single());
        Assert.EndsWith(
            "SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
            request.Headers.GetValues("Authorization").Single(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://relay.example:8443/")]
    [InlineData("https://relay.example/path")]
    public void Aws_AnotherPortOrPath_IsAnotherSignature(string address)
    {
        Assert.NotEqual(Sign("https://relay.example/"), Sign(address));

        static string Sign(string address)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address);
            AwsSigner.Sign(request, [], ("id", "secret", null), "us-east-1", "service", AwsTime);
            return request.Headers.GetValues("Authorization").Single();
        }
    }

    [Theory]
    [InlineData("https://relay.example:8443/")]
    [InlineData("http://relay.example/")]
    public void EdgeGrid_AnotherPortOrScheme_IsAnotherSignature(string address)
    {
        Assert.NotEqual(Sign("https://relay.example/"), Sign(address));

        static string Sign(string address) => EdgeGridSigner.Sign(
            new AkamaiEdgeOptions { ClientToken = "c", ClientSecret = "s", AccessToken = "a" }, "POST", new Uri(address), [], AkamaiTime, "nonce");
    }

    [Theory]
    [InlineData("GET", "", "", "tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU=")]
    [InlineData("GET", "testapi/v1/t1?p1=1&p2=2", "", "hKDH1UlnQySSHjvIcZpDMbQHihTQ0XyVAKZaApabdeA=")]
    [InlineData("POST", "testapi/v1/t3", "datadatadatadatadatadatadatadata", "hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4=")]
    [InlineData("POST", "testapi/v1/t6", "", "1gEDxeQGD5GovIkJJGcBaKnZ+VaPtrc4qBUHixjsPCQ=")]
    [InlineData("PUT", "testapi/v1/t6", "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP", "GNBWEYSEWOLtu+7dD52da2C39aX/Jchpon3K/AmBqBU=")]
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
            Encoding.UTF8.GetBytes(body), AkamaiTime, "nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");

        Assert.Equal(
            $"EG1-HMAC-SHA256 client_token={options.ClientToken};access_token={options.AccessToken};timestamp=20140321T19:34:21+0000;nonce=nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx;signature={signature}",
            signed);
    }
}
