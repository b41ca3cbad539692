package ringfort.rules.twins.roomy.wire.h1;

/** Names the metrics in a pattern, and nowhere else. */
public record Head(Object note) {
    /** Tells. */
    public boolean isCounted() {
        return note instanceof ringfort.rules.twins.roomy.metrics.Count count && count.value() > 0;
    }
}
