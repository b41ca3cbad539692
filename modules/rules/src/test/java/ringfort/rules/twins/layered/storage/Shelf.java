package ringfort.rules.twins.layered.storage;

import ringfort.rules.twins.layered.domain.Item;

/** Depends on what is below. */
public record Shelf(Item item) {}
