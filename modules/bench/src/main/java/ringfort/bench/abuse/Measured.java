package ringfort.bench.abuse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * All that was seen of one server under one attack.
 *
 * @param seconds how long the attack went on
 * @param attack what the attackers came to
 * @param polite what the polite client came to
 * @param lagMillis by how much the polite client itself was late at most
 * @param backSeconds from the end of the attack until the server occupied no more than before; negative if it never did
 * @param beyond what it still occupied then
 * @param answers whether it answered a polite request after the attack
 * @param alive whether its process ran then
 * @param silentSeconds how long it left a silent peer connected; negative if it did not end it, NaN if not asked
 * @param stopSeconds how long SIGTERM took; negative if it did not end the process, NaN if not tried
 */
record Measured(
        String server,
        List<AttackKind> attacks,
        int seconds,
        AttackProcesses.Tally attack,
        PoliteCount polite,
        double lagMillis,
        Footprint before,
        Footprint after,
        double backSeconds,
        String beyond,
        boolean answers,
        boolean alive,
        double silentSeconds,
        double stopSeconds) {

    /** A server that turns away more than this share is none. */
    private static final double MOST_BUSY_SHARE = 0.5;

    /** Repeating over a new connection is ordinary, when it is rare. */
    private static final double MOST_REPEATED_SHARE = 0.01;

    /** A deadline may be this late. */
    private static final double SILENT_SLACK_SECONDS = 2;

    /**
     * Judges.
     *
     * @param p99Millis the most that 99 % of the right answers may have taken
     * @param backMost seconds within which everything has to be as before
     * @param silentMost seconds after which a silent peer has to be gone; 0 does not judge that
     * @return what is not as it should be; empty when everything is
     */
    List<String> findings(double p99Millis, double backMost, double silentMost) {
        List<String> findings = new ArrayList<>();
        long all = Math.max(1, polite.all());
        for (Outcome outcome : List.of(Outcome.WRONG, Outcome.LOST, Outcome.REFUSED)) {
            if (polite.of(outcome) > 0) {
                findings.add(polite.of(outcome) + " of " + all + " polite requests "
                        + outcome.name().toLowerCase(Locale.ROOT));
            }
        }
        if (polite.of(Outcome.BUSY) > MOST_BUSY_SHARE * all) {
            findings.add(polite.of(Outcome.BUSY) + " of " + all + " polite requests got 503");
        }
        if (polite.repeated() > MOST_REPEATED_SHARE * all) {
            findings.add(polite.repeated() + " polite requests had to be repeated");
        }
        if (polite.latencyMillis(99) > p99Millis) {
            findings.add(String.format(Locale.ROOT, "p99 of %.0f ms", polite.latencyMillis(99)));
        }
        if (attacks.contains(AttackKind.STOP) && attacks.size() == 1 && attack.closed() > 0) {
            findings.add(attack.closed() + " peers were cut for the time in which the server was stopped");
        }
        if (!alive) {
            findings.add("the process ended");
        } else {
            afterwards(findings, backMost, silentMost);
        }
        return findings;
    }

    private void afterwards(List<String> findings, double backMost, double silentMost) {
        if (!answers) {
            findings.add("it does not answer after the attack");
        }
        if (backSeconds < 0 && !beyond.isEmpty()) {
            findings.add("not back at baseline: " + beyond);
        } else if (backSeconds > backMost) {
            findings.add(String.format(Locale.ROOT, "back at baseline only after %.1f s", backSeconds));
        }
        boolean late = silentSeconds < 0 || silentSeconds > silentMost + SILENT_SLACK_SECONDS;
        if (silentMost > 0 && !Double.isNaN(silentSeconds) && late) {
            findings.add(
                    silentSeconds < 0
                            ? "a silent peer is not closed"
                            : String.format(Locale.ROOT, "a silent peer is closed after %.1f s", silentSeconds));
        }
        if (stopSeconds < 0) {
            findings.add("SIGTERM does not end it");
        }
    }

    /** For a cell of the table. */
    String cell() {
        if (!alive) {
            return "dead: the process ended";
        }
        List<String> parts = new ArrayList<>();
        double all = Math.max(1, polite.all()) / 100.0;
        for (Outcome outcome : List.of(Outcome.LOST, Outcome.REFUSED, Outcome.WRONG, Outcome.BUSY)) {
            if (polite.of(outcome) > 0) {
                String name = outcome == Outcome.BUSY ? "503" : outcome.name().toLowerCase(Locale.ROOT);
                parts.add(String.format(Locale.ROOT, "%s %.1f %%", name, polite.of(outcome) / all));
            }
        }
        if (parts.isEmpty()) {
            parts.add("ok");
        }
        if (polite.of(Outcome.RIGHT) > 0) {
            parts.add(String.format(
                    Locale.ROOT, polite.latencyMillis(99) < 10 ? "%.1f ms" : "%.0f ms", polite.latencyMillis(99)));
        }
        if (!answers) {
            parts.add("does not answer after");
        } else if (backSeconds < 0) {
            parts.add("not back: " + beyond);
        } else if (backSeconds > 5) {
            parts.add(String.format(Locale.ROOT, "back after %.0f s", backSeconds));
        }
        if (attacks.contains(AttackKind.STOP) && attack.closed() > 0) {
            parts.add(attack.closed() + " cut");
        }
        if (attacks.equals(List.of(AttackKind.NONE)) && !Double.isNaN(silentSeconds)) {
            parts.add(
                    silentSeconds < 0
                            ? "a silent peer stays"
                            : String.format(Locale.ROOT, "a silent peer goes after %.0f s", silentSeconds));
        }
        return String.join(", ", parts);
    }

    /** For who reads along. */
    String report() {
        return String.format(
                Locale.ROOT,
                """
                %s on %s, %d s
                  attack  opened %,d (%,d at once), failed %,d, ended by the server %,d, sent %,d MiB, received %,d MiB
                  polite  %,d asked: right %,d, 503 %,d, wrong %,d, lost %,d, refused %,d; repeated %,d
                          p50 %.1f ms, p99 %.1f ms, max %.1f ms (this client was late by %.0f ms at most)%s
                  after   %s; open %d, was %d; descriptors %d, was %d; threads %d, was %d; RSS %d MiB, was %d
                          %s; a silent peer %s; SIGTERM %s
                """,
                attacks.stream()
                        .map(AttackKind::label)
                        .reduce((a, b) -> a + "+" + b)
                        .orElse(""),
                server,
                seconds,
                attack.opened(),
                attack.most(),
                attack.failed(),
                attack.closed(),
                attack.sentBytes() >> 20,
                attack.receivedBytes() >> 20,
                polite.all(),
                polite.of(Outcome.RIGHT),
                polite.of(Outcome.BUSY),
                polite.of(Outcome.WRONG),
                polite.of(Outcome.LOST),
                polite.of(Outcome.REFUSED),
                polite.repeated(),
                polite.latencyMillis(50),
                polite.latencyMillis(99),
                polite.latencyMillis(100),
                lagMillis,
                polite.faults().isEmpty() ? "" : "\n          " + polite.faults(),
                backSeconds < 0 ? "not back: " + beyond : String.format(Locale.ROOT, "back within %.1f s", backSeconds),
                after.open(),
                before.open(),
                after.descriptors(),
                before.descriptors(),
                after.threads(),
                before.threads(),
                after.residentMebibytes(),
                before.residentMebibytes(),
                answers ? "it answers" : alive ? "it does not answer" : "its process has ended",
                Double.isNaN(silentSeconds)
                        ? "was not tried"
                        : silentSeconds < 0
                                ? "stays"
                                : String.format(Locale.ROOT, "was closed after %.1f s", silentSeconds),
                Double.isNaN(stopSeconds)
                        ? "was not tried"
                        : stopSeconds < 0 ? "does not end it" : String.format(Locale.ROOT, "took %.1f s", stopSeconds));
    }

    /** The head of {@link #csv}. */
    static String csvHead() {
        return "server;attack;seconds;asked;right;busy;wrong;lost;refused;repeated;p50ms;p99ms;maxms;backs;answers;silents;stops;"
                + "opened;ended;rssmib;cell";
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "%s;%s;%d;%d;%d;%d;%d;%d;%d;%d;%.2f;%.2f;%.2f;%.1f;%b;%.1f;%.1f;%d;%d;%d;%s",
                server,
                attacks.size() == 1 ? attacks.getFirst().label() : "all",
                seconds,
                polite.all(),
                polite.of(Outcome.RIGHT),
                polite.of(Outcome.BUSY),
                polite.of(Outcome.WRONG),
                polite.of(Outcome.LOST),
                polite.of(Outcome.REFUSED),
                polite.repeated(),
                polite.latencyMillis(50),
                polite.latencyMillis(99),
                polite.latencyMillis(100),
                backSeconds,
                answers,
                silentSeconds,
                stopSeconds,
                attack.opened(),
                attack.closed(),
                after.residentMebibytes(),
                cell());
    }
}
