namespace Storefront.Profiles;

/// <summary>Who to be.</summary>
public sealed record SignIn(int? UserId);
