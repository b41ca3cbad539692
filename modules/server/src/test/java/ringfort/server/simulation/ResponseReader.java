package ringfort.server.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import ringfort.budget.Phase;

/**
 * Reads what leaves for one peer, byte by byte and independently of the server's own code, and compares it with what the plans
 * of its requests say must leave.
 */
final class ResponseReader {
    private enum State {
        HEAD,
        LENGTH,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        UNTIL_CLOSE,
        TUNNEL,
        OVER
    }

    private final Trial trial;
    private final int connection;
    private final List<RequestPlan> plans;
    private final StringBuilder text = new StringBuilder(); // of a head or a line
    private final List<Integer> statuses = new ArrayList<>();
    private State state = State.HEAD;
    private int complete; // responses
    private int contentAt;
    private long left;
    private boolean checked; // whether the content is that of the plan
    private boolean closes;
    private boolean interrupted;

    ResponseReader(Trial trial, int connection, List<RequestPlan> plans) {
        this.trial = trial;
        this.connection = connection;
        this.plans = plans;
    }

    /** Bytes have left the server. */
    void left(byte[] bytes, int count) {
        for (int i = 0; i < count && !interrupted; i++) {
            next(bytes[i]);
        }
    }

    private void next(byte octet) {
        switch (state) {
            case HEAD -> {
                text.append((char) octet);
                if (octet == '\n' && text.length() >= 4 && text.indexOf("\r\n\r\n", text.length() - 4) >= 0) {
                    head(text.toString());
                    text.setLength(0);
                }
            }
            case LENGTH, CHUNK -> {
                content(octet);
                if (--left == 0) {
                    if (state == State.CHUNK) {
                        state = State.CHUNK_END;
                    } else {
                        responseEnds();
                    }
                }
            }
            case UNTIL_CLOSE, TUNNEL -> content(octet);
            case CHUNK_SIZE, CHUNK_END, TRAILER -> {
                text.append((char) octet);
                if (octet == '\n') {
                    line(text.toString());
                    text.setLength(0);
                }
            }
            case OVER -> broken("a byte leaves behind a response that said close");
        }
    }

    private void line(String line) {
        if (!line.endsWith("\r\n")) {
            broken("a line of a chunk ends without CR: " + line);
        }
        String bare = line.strip();
        switch (state) {
            case CHUNK_SIZE -> {
                left = Long.parseLong(bare, 16);
                state = left == 0 ? State.TRAILER : State.CHUNK;
            }
            case CHUNK_END -> {
                if (!bare.isEmpty()) {
                    broken("a chunk is longer than it says");
                }
                state = State.CHUNK_SIZE;
            }
            default -> {
                if (bare.isEmpty()) {
                    responseEnds();
                }
            }
        }
    }

    private void content(byte octet) {
        if (checked) {
            RequestPlan plan = plans.get(complete);
            if (contentAt >= plan.size()) {
                broken("more than " + plan.size() + " bytes of content leave for request " + plan);
            } else if (octet != plan.responseByte(contentAt)) {
                broken("byte " + contentAt + " of the content for request " + plan + " is another: " + (char) octet);
            }
        }
        contentAt++;
    }

    private void head(String head) {
        if (complete >= plans.size()) {
            broken("a response leaves that no request asked for: " + head);
            return;
        }
        RequestPlan plan = plans.get(complete);
        String[] parts = head.split(" ", 3);
        int status = Integer.parseInt(parts[1]);
        trial.trace(status + " leaves for " + plan.number());
        if (status == 100 || status == 103) {
            boolean planned = status == 100 ? plan.expects() : plan.kind() == RequestPlan.Kind.HINTS;
            if (!planned) {
                broken("nothing asked for a " + status + ": " + plan);
            }
            return;
        }
        if (status == 503 && !field(head, "Retry-After").isEmpty()) {
            refused(plan);
        } else {
            statuses.add(status);
        }
        allowed(plan, status, head);
        closes = head.toLowerCase(Locale.ROOT).contains("\r\nconnection: close\r\n");
        checked = status == 200 || status == 101;
        contentAt = 0;
        if (status == 101) {
            state = State.TUNNEL;
            return;
        }
        String length = field(head, "Content-Length");
        // A head that is not complete, as for 408, does not say yet what its method is. That of a refused handler is.
        boolean knowsMethod =
                status == 503 && (plan.hasBegun() || !field(head, "Retry-After").isEmpty());
        boolean contentless = plan.isHead() && (status == 200 || status == 500 || knowsMethod);
        if (contentless) { // a request that was refused may have been refused before its method was known
            contentAt = plan.size();
            responseEnds();
        } else if (field(head, "Transfer-Encoding").equals("chunked")) {
            state = State.CHUNK_SIZE;
        } else if (length.isEmpty()) {
            state = State.UNTIL_CLOSE;
        } else {
            left = Long.parseLong(length);
            state = State.LENGTH;
            if (left == 0) {
                responseEnds();
            }
        }
    }

    private void allowed(RequestPlan plan, int status, String head) {
        boolean own = switch (status) {
            case 200 -> !plan.kind().isRefused() && !plan.kind().fails() && plan.kind() != RequestPlan.Kind.UPGRADE;
            case 101 -> plan.kind() == RequestPlan.Kind.UPGRADE;
            case 500 -> plan.kind().fails();
            case 408, 503 -> true; // judged at the end: the deadline is told after it was enforced
            default -> plan.kind().isRefused() && status >= 400;
        };
        if (!own) {
            broken("a " + status + " leaves for request " + plan);
        }
        if (status < 300 && !field(head, "X-Nonce").equals(Integer.toString(plan.number()))) {
            broken("the response to request " + field(head, "X-Nonce") + " leaves in place of that to " + plan);
        }
        if (status < 300 && !plan.hasBegun()) {
            broken("a response leaves before its handler began: " + plan);
        }
    }

    /** Too many handlers run: this one is not started. */
    private void refused(RequestPlan plan) {
        if (plan.hasBegun()) {
            broken("a handler is refused that has begun: " + plan);
        }
        if (plan.kind() == RequestPlan.Kind.UPGRADE) {
            interrupted = true; // this peer sends its tunnel's bytes all the same, and the server reads a request there
        }
    }

    private static String field(String head, String name) {
        for (String line : head.split("\r\n", -1)) {
            if (line.regionMatches(true, 0, name + ":", 0, name.length() + 1)) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return "";
    }

    private void responseEnds() {
        RequestPlan plan = plans.get(complete);
        if (checked && contentAt != plan.size()) {
            broken("a whole response of " + contentAt + " bytes leaves for " + plan);
        }
        if (checked && plan.isAborted()) {
            broken("a response whose handler failed looks whole: " + plan);
        }
        complete++;
        state = closes ? State.OVER : State.HEAD;
    }

    // The end.

    /** The server sends its FIN. */
    void finLeft() {
        if (!isBetweenResponses() && !interrupted) {
            broken("FIN leaves in the middle of a response: " + state + ", " + text);
        }
    }

    /** Nothing more leaves, and the peer sees a reset, or a shutdown by the watchdog. */
    void cut() {
        interrupted = true;
    }

    /** The descriptor is closed; to the peer this is a FIN. */
    void closed() {
        if (!interrupted && state == State.UNTIL_CLOSE && !isBetweenResponses()) {
            broken("a response that ends with the connection was cut, and looks whole");
        }
    }

    private boolean isBetweenResponses() {
        return switch (state) {
            case HEAD -> text.isEmpty();
            case OVER, TUNNEL -> true;
            case UNTIL_CLOSE -> contentAt == plans.get(complete).size();
            default -> false;
        };
    }

    /** Whether every request has its whole response. */
    boolean isComplete() {
        if (complete < plans.size() && plans.get(complete).isAborted()) {
            return contentAt == plans.get(complete).size() / 2; // and all that it had flushed
        }
        int whole = complete + (state == State.UNTIL_CLOSE && isBetweenResponses() ? 1 : 0);
        return whole == plans.size()
                || (state == State.OVER && plans.get(complete - 1).isLast());
    }

    /** Once all deadlines that were enforced have been told. */
    void checkAtEnd(java.util.Set<Phase> expired) {
        for (int status : statuses) {
            boolean told = switch (status) {
                case 408 -> expired.contains(Phase.HEADER) || expired.contains(Phase.BODY);
                case 503 -> expired.contains(Phase.HANDLER) || trial.mayShed();
                default -> true;
            };
            if (!told) {
                broken("a " + status + " left, and no deadline of it was told");
            }
        }
    }

    private void broken(String what) {
        interrupted = true;
        trial.fail("connection " + connection + ": " + what);
    }

    @Override
    public String toString() {
        return state + " of response " + complete + " of " + plans.size() + " at " + contentAt;
    }
}
