package ringfort.bench;

import java.util.Arrays;
import java.util.List;

/**
 * A way to run the server that is compared with others.
 *
 * @param label its name in tables and on command lines
 * @param flags what {@code ringfort serve} is told
 */
record Variant(String label, List<String> flags) {
    static final Variant RING_WHEEL = new Variant("ring-wheel", List.of("--engine", "ring", "--timers", "wheel"));
    static final Variant RING_KERNEL = new Variant("ring-kernel", List.of("--engine", "ring", "--timers", "kernel"));

    /** Every engine, and both timer strategies of the ring. */
    static final List<Variant> ALL = List.of(
            RING_WHEEL,
            RING_KERNEL,
            new Variant("poll", List.of("--engine", "poll")),
            new Variant("nio", List.of("--engine", "nio")));

    /** Reads a list such as {@code ring-wheel,poll}. */
    static List<Variant> parse(String list) {
        return Arrays.stream(list.split(",", -1)).map(Variant::named).toList();
    }

    private static Variant named(String label) {
        return ALL.stream()
                .filter(variant -> variant.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no variant " + label));
    }
}
