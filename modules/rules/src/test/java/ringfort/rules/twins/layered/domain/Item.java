package ringfort.rules.twins.layered.domain;

/** Depends on nothing. */
public record Item(String name) {}
