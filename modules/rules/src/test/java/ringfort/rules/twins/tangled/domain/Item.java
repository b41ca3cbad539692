package ringfort.rules.twins.tangled.domain;

import ringfort.rules.twins.tangled.web.Page;

/** Looks up, which makes a circle. */
public record Item(Page page) {}
