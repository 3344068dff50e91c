using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Storefront.Data;

internal sealed class StoreHealthCheck(ShopContext shop) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await shop.Database.CanConnectAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, "The database can't be opened.");
}
