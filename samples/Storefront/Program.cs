using DistributedCache.AspNetCore;
using Storefront.Admin;
using Storefront.Basket;
using Storefront.Catalogue;
using Storefront.Data;
using Storefront.Http;
using Storefront.Prices;
using Storefront.Profiles;
using Storefront.Search;

var builder = WebApplication.CreateBuilder(args);
// wwwroot is then found in Production too, wherever the app is started from.
builder.WebHost.UseStaticWebAssets();

builder.AddStore();
var cache = builder.Services.AddTieredCache(o => o.Application = "storefront")
    .AddProfile("catalog", p => p.Keys = ["product:", "category:"])
    .AddProfile("api", p => p.Keys = ["search:"])
    .AddProfile("realtime", p => p.Keys = ["price:"])
    .AddProfile("session", p => p.Keys = ["basket:"])
    .AddProfile("personal", p => { p.Keys = ["user:"]; p.Duration = TimeSpan.FromMinutes(1); })
    .AddTieredResponseCaching(o => o.CacheName = "storefront");
if (builder.Configuration.GetConnectionString("redis") is { Length: > 0 } redis) cache.UseRedis(redis);

builder.Services.AddSingleton<ICacheResponsePolicy, NotFoundResponses>();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<ProductCatalogue>();
builder.Services.AddSingleton<ProductSearch>();
builder.Services.AddSingleton<PriceBoard>();
builder.Services.AddSingleton<BasketStore>();
builder.Services.AddSingleton<UserProfiles>();
builder.Services.AddScoped<ProductEditor>();

builder.Services.AddControllers();
builder.Services.AddProblemDetails();
builder.Services.AddExceptionHandler<BadRequestHandler>();
builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true); // Else only Development would say what was bad.

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseDefaultFiles();
app.UseStaticFiles();
app.UseOneHost("storefront");
app.UseSignIn();
app.UseNeverShared("/me");
app.UseNeverShared("/basket");
app.UseTieredResponseCaching();

app.MapControllers();
app.MapCategories();
app.MapSearch();
app.MapPrices();
app.MapBasket();
app.MapProfiles();
app.MapAdmin();
app.MapHealthChecks("/health");
app.Run();
