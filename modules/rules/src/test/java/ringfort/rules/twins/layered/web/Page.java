package ringfort.rules.twins.layered.web;

import ringfort.rules.twins.layered.domain.Item;
import ringfort.rules.twins.layered.storage.Shelf;

/** Depends on both. */
public record Page(Item item, Shelf shelf) {}
