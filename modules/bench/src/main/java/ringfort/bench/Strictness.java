package ringfort.bench;

import java.io.File;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;

/**
 * How do other servers read the messages of Ringfort's table?
 *
 * <p>{@code Strictness DIR [--servers A,B] [--rows FILE] [--core N]} sends each row to each server, which answers every path
 * with 200 once it has read the request, and writes {@code strictness.md}: the rows where somebody disagrees, one line each,
 * and how many there are where nobody does. What Ringfort answers is in the rows themselves; its own tests hold it to them.
 */
final class Strictness {
    private static final Set<String> FLAGS = Set.of("servers", "rows", "core");
    private static final String ROWS = "modules/server/src/test/resources/ringfort/server/http1.rows";
    private static final String SERVERS = "netty-epoll,jetty,undertow,helidon,jdk";

    /** How long a server may think; one that says nothing for so long waits for more of the message. */
    private static final int SILENCE_MILLIS = 1_000;

    private static final int AT_ONCE = 24;
    private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

    /** The same status more than twice in a row. */
    private static final Pattern REPEATED = Pattern.compile("(\\d{3}) (?:\\1 ){2,}");

    /** How a message was taken. */
    private enum Verdict {
        ACCEPTED,
        REFUSED,
        /** Neither: it waits for more, or something came that is no response. */
        OTHER
    }

    /** @param statuses of final responses, each with a space behind it */
    private record Answer(String statuses, String end) {
        String text() {
            return REPEATED.matcher(statuses)
                            .replaceAll(found ->
                                    found.group(1) + "*" + found.group().length() / 4 + " ")
                    + end;
        }

        /** The first response decides: one message in a row is in question, and it comes first or alone. */
        Verdict verdict() {
            String[] each = statuses.trim().split(" ", -1);
            if (each[0].isEmpty()) {
                return end.equals("closed") || end.equals("close") ? Verdict.REFUSED : Verdict.OTHER;
            }
            return Arrays.stream(each).allMatch(status -> status.startsWith("2")) ? Verdict.ACCEPTED : Verdict.REFUSED;
        }
    }

    private Strictness() {}

    /** See the class comment. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        Flags flags = new Flags(FLAGS, Arrays.asList(args).subList(1, args.length));
        List<WireRow> all = WireRow.read(Path.of(flags.text("rows", ROWS)));
        List<WireRow> rows = all.stream().filter(row -> !row.isForARouter()).toList();
        Map<String, List<Answer>> answers = new LinkedHashMap<>();
        File log = folder.resolve("servers.log").toFile();
        for (Contender contender : Contender.parse(flags.list("servers", SERVERS))) {
            try (ContenderProcess server = ContenderProcess.start(contender, flags.number("core", 0), log)) {
                answers.put(contender.name(), ask(server, rows));
            }
            System.err.println(contender.name() + " has answered");
        }
        String report = "Rows of " + all.size() + " that concern the reading of a message, not routing: " + rows.size()
                + ".\n\n" + report(rows, answers);
        Files.writeString(folder.resolve("strictness.md"), report);
        System.out.print(report);
    }

    private static List<Answer> ask(ContenderProcess server, List<WireRow> rows)
            throws IOException, InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Callable<Answer>> questions = new ArrayList<>();
            rows.forEach(row -> questions.add(() -> ask(server, row)));
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : threads.invokeAll(questions)) {
                answers.add(answer.get());
            }
            return answers;
        } catch (ExecutionException e) {
            throw new IOException(server.contender().name() + ": " + e.getMessage(), e);
        }
    }

    private static Answer ask(ContenderProcess server, WireRow row) throws IOException {
        try (RawHttp client = new RawHttp(server.address())) {
            client.timeoutMillis(SILENCE_MILLIS);
            StringBuilder statuses = new StringBuilder();
            String end = read(client, row, statuses);
            return new Answer(statuses.toString(), end);
        }
    }

    /** Sends a row, reads final responses until nothing comes any more, and says how it ended. */
    private static String read(RawHttp client, WireRow row, StringBuilder statuses) {
        boolean asksForHead = row.bytes().startsWith("HEAD ");
        try {
            client.send(row.bytes());
            if (row.halfCloses()) {
                client.shutdownOutput();
            }
            while (true) {
                RawHttp.Response response = client.response(!asksForHead || !statuses.isEmpty());
                if (response.status() >= 200) {
                    statuses.append(response.status()).append(' ');
                }
            }
        } catch (SocketTimeoutException silence) {
            return row.halfCloses() ? "waits" : next(client);
        } catch (IOException end) {
            return statuses.isEmpty() ? "closed" : "close";
        } catch (RuntimeException unreadable) {
            return "something else than HTTP";
        }
    }

    /** Tells whether a further request is answered, or taken for more of the message. */
    private static String next(RawHttp client) {
        try {
            client.send(NEXT);
            return client.response(true).status() == 200 ? "keep" : "close";
        } catch (SocketTimeoutException silence) {
            return "waits";
        } catch (IOException | RuntimeException end) {
            return "close";
        }
    }

    private static String report(List<WireRow> rows, Map<String, List<Answer>> answers) {
        StringBuilder text = new StringBuilder("| server | as Ringfort | accepts what Ringfort refuses"
                + " | refuses what Ringfort accepts | waits or answers otherwise |\n|---|--:|--:|--:|--:|\n");
        answers.forEach((name, given) -> text.append(summary(name, rows, given)));
        text.append("\n| section | message | Ringfort |");
        answers.keySet().forEach(name -> text.append(' ').append(name).append(" |"));
        text.append("\n|---|---|---|").repeat("---|", answers.size()).append('\n');
        int agreed = 0;
        for (int i = 0; i < rows.size(); i++) {
            int row = i;
            Verdict ours = ours(rows.get(i)).verdict();
            if (answers.values().stream().allMatch(given -> theirs(rows.get(row), given.get(row)) == ours)) {
                agreed++;
            } else {
                text.append(line(rows.get(i), answers, i));
            }
        }
        return text.append("\nAll agree in the other ")
                .append(agreed)
                .append(" rows.\n")
                .toString();
    }

    private static Answer ours(WireRow row) {
        return new Answer(row.statuses(), row.end());
    }

    /** Accepting a message and losing, or inventing, another one behind it is no agreement. */
    private static Verdict theirs(WireRow row, Answer answer) {
        boolean accepted = answer.verdict() == Verdict.ACCEPTED && ours(row).verdict() == Verdict.ACCEPTED;
        return accepted && !answer.statuses().equals(row.statuses()) ? Verdict.OTHER : answer.verdict();
    }

    private static String summary(String name, List<WireRow> rows, List<Answer> given) {
        int same = 0;
        int laxer = 0;
        int stricter = 0;
        int other = 0;
        for (int i = 0; i < rows.size(); i++) {
            Verdict ours = ours(rows.get(i)).verdict();
            Verdict theirs = theirs(rows.get(i), given.get(i));
            if (theirs == ours) {
                same++;
            } else if (theirs == Verdict.OTHER || ours == Verdict.OTHER) {
                other++;
            } else if (theirs == Verdict.ACCEPTED) {
                laxer++;
            } else {
                stricter++;
            }
        }
        return "| " + name + " | " + same + " | " + laxer + " | " + stricter + " | " + other + " |\n";
    }

    private static String line(WireRow row, Map<String, List<Answer>> answers, int index) {
        Verdict ours = ours(row).verdict();
        StringBuilder line = new StringBuilder(
                "| " + row.section() + " | " + row.words() + " | " + ours(row).text() + " |");
        answers.values().forEach(given -> {
            Answer theirs = given.get(index);
            String mark = theirs(row, theirs) == ours ? "" : "**";
            line.append(' ').append(mark).append(theirs.text()).append(mark).append(" |");
        });
        return line.append('\n').toString();
    }
}
