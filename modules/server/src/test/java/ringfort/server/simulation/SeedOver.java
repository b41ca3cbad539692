package ringfort.server.simulation;

/** Takes the simulated worker out of its loop, which survives everything else, once an invariant is broken. */
final class SeedOver extends Error {
    private static final long serialVersionUID = 1;

    SeedOver(String why) {
        super(why);
    }
}
