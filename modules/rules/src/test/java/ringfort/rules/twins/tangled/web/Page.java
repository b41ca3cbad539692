package ringfort.rules.twins.tangled.web;

import ringfort.rules.twins.tangled.domain.Item;

/** Depends on what is below. */
public record Page(Item item) {}
