package ringfort.fuzz;

import ringfort.h1.Limits;

/** Limits that a fuzzer reaches with inputs of some hundred bytes. */
final class SmallLimits {
    static final Limits LIMITS = new Limits(40, 100, 4, 50, 3, 12, 30, 20);

    private SmallLimits() {}
}
