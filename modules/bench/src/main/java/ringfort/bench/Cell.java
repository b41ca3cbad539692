package ringfort.bench;

import java.util.List;

/**
 * One thing that is measured of every server.
 *
 * @param route what is asked for
 * @param connections over how many connections
 */
record Cell(Contender.Route route, int connections) {
    /** Reads {@code plaintext/64}. */
    static Cell parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(text + " is no cell such as plaintext/64");
        }
        return new Cell(Contender.Route.named(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    static List<Cell> parse(List<String> cells) {
        return cells.stream().map(Cell::parse).toList();
    }

    String title() {
        return switch (route) {
                    case PLAINTEXT -> "plaintext";
                    case JSON -> "JSON";
                    case PARAM -> "routed parameter";
                    case ECHO -> "POST 4 KiB, echoed";
                    case BLOCKING -> "handler sleeps 5 ms";
                    case PIPELINED -> "plaintext, pipelined ×16";
                    case CHURN -> "plaintext, Connection: close";
                }
                + ", " + connections + (connections == 1 ? " connection" : " connections");
    }

    String fileName() {
        return route.label() + "-" + connections;
    }
}
