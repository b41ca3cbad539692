package ringfort.rules.twins.roomy.wire;

import ringfort.rules.twins.roomy.metrics.Count;
import ringfort.rules.twins.roomy.wire.h1.Head;

/** Uses the layer in its own subpackage, and the one beside it. */
public record Frame(Head head, Count count) {}
