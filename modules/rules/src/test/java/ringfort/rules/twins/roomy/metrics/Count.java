package ringfort.rules.twins.roomy.metrics;

/** Depends on nothing. */
public record Count(long value) {}
