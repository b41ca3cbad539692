package ringfort.rules.twins.roomy;

import ringfort.rules.twins.roomy.wire.Frame;

/** In the root package, above all layers. */
public record Engine(Frame frame) {}
