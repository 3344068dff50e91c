namespace DistributedCache.Benchmarks.Traces;

/// <summary>Exact LRU.</summary>
internal sealed class LruPolicy(int capacity) : ITracePolicy
{
    private readonly Dictionary<uint, LinkedListNode<uint>> _nodes = [];
    private readonly LinkedList<uint> _order = new();

    public bool Access(uint key)
    {
        if (_nodes.TryGetValue(key, out var node))
        {
            _order.Remove(node);
            _order.AddFirst(node);
            return true;
        }

        if (_nodes.Count == capacity)
        {
            _nodes.Remove(_order.Last!.Value);
            _order.RemoveLast();
        }

        _nodes[key] = _order.AddFirst(key);
        return false;
    }
}
