package ringfort.app;

import java.io.PrintStream;
import java.util.Map;

/**
 * What a command talks to.
 *
 * @param out results, and the line that says a server is ready
 * @param err everything for a person who watches
 * @param environment the process's environment
 */
record Console(PrintStream out, PrintStream err, Map<String, String> environment) {}
