package ringfort.server.simulation;

/** Throws errors inside steps of the server, as often as the seed wants. */
final class Faults {
    private final Trial trial;
    private final int oneIn; // 0 = never
    private boolean on = true;
    private boolean lookWorked = true;
    private int thrown;
    private int current = -1; // the connection whose step is under way

    Faults(Trial trial, int oneIn) {
        this.trial = trial;
        this.oneIn = oneIn;
    }

    /** The connection whose steps follow; -1 for none. */
    void at(int connection) {
        current = connection;
    }

    /** Throws, or does not. */
    void mayFail(String where) {
        if (on && oneIn > 0 && trial.dice().oneIn(oneIn)) {
            thrown++;
            trial.trace("fault in " + where + " of " + current);
            InjectedError.raise(trial.dice().below(5), where);
        }
    }

    /** Throws when the kernel is looked at, but not twice in a row: a lasting failure ends the worker. */
    void lookMayFail() {
        boolean mayFail = lookWorked;
        lookWorked = false;
        if (mayFail) {
            mayFail("the look at the kernel");
        }
        lookWorked = true;
    }

    /** No more of them: the seed is about to end. */
    void stop() {
        on = false;
    }

    int thrown() {
        return thrown;
    }

    boolean isPossible() {
        return oneIn > 0;
    }
}
