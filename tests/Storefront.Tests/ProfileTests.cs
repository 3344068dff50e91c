using System.Net;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

public sealed class ProfileTests
{
    [Fact]
    public async Task Me_OfTwoUsers_IsNeverTheOthers()
    {
        await using var store = new TestStore();
        var (first, second) = (store.Visit(), store.Visit());
        await first.PostAsync("/me/sign-in", new { userId = 1 });
        await second.PostAsync("/me/sign-in", new { userId = 2 });

        var firstPage = await first.GetAsync("/me");
        var secondPage = await second.GetAsync("/me");
        var again = await first.GetAsync("/me");

        Assert.Equal(1, firstPage.Json.GetProperty("id").GetInt32());
        Assert.Equal(2, secondPage.Json.GetProperty("id").GetInt32());
        Assert.NotEqual(firstPage.Name, secondPage.Name);
        Assert.True(again.IsHit, again.CacheStatus);
        Assert.Equal(firstPage.Text, again.Text);
        Assert.All([firstPage, secondPage, again], page => Assert.Equal("private, no-store", page.CacheControl));
    }

    [Fact]
    public async Task Me_OfNobody_Is401AndNotKeptByAnyone()
    {
        await using var store = new TestStore();

        var answer = await store.Visit().GetAsync("/me");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Equal("private, no-store", answer.CacheControl);
    }

    [Fact]
    public async Task SignIn_AsUnknownUser_Is400ThatNamesTheValue()
    {
        await using var store = new TestStore();

        var refused = await store.Visit().PostAsync("/me/sign-in", new { userId = 21 });

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("userId is 21: it must be the id of a user.", refused.Fault("userId"));
    }
}
