package ringfort.app;

/** The ringfort program: {@code ringfort serve}, {@code ringfort doctor}. */
public final class Main {
    private Main() {}

    /**
     * Runs a command and ends the process with its exit code: 0 done, 1 failed, 2 not understood. A server that is told
     * to stop by a signal drains first; then SIGTERM ends it with 0, and SIGINT with 130, as an interrupted program.
     *
     * @param arguments a command and its flags
     */
    public static void main(String[] arguments) {
        int code = new Program(System.out, System.err, System.getenv()).run(arguments);
        // While a signal stops the JVM, exit would wait for ever; then its code is not ours to choose either.
        if (code != Program.DONE) {
            System.exit(code);
        }
    }
}
