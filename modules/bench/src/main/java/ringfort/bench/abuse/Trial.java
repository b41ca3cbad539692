package ringfort.bench.abuse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import ringfort.timers.Ticker;

/** One server under one attack or several at once, with the polite client beside them. One thread. */
final class Trial {
    private static final int ANSWER_MILLIS = 5_000;
    private static final long WARM_MILLIS = 2_000;
    private static final int LOOK_MILLIS = 250;

    /** After that it will not come back any more. */
    private static final double BACK_SECONDS = 10;

    /** How far into the attack the server is stopped, and what is left out of the latency after it goes on. */
    private static final int STOP_AFTER_SECONDS = 3;

    private static final int EXCUSE_SECONDS = 3;
    /** A pipe holds 64 KiB by default, see pipe(7); the next write may be too long for what is left of it. */
    private static final int FULL_PIPE_BYTES = 48 << 10;

    private static final int SPARE_SECONDS = 60;
    private static final int FIRST_NETWORK = 10;

    private final AttackedServer server;
    private final List<AttackKind> attacks;
    private final int seconds;
    private final double silentMost;

    /** Nothing can be said of the server, for the reason in the message. */
    static final class Unjudged extends Exception {
        private static final long serialVersionUID = 1;

        Unjudged(String message) {
            super(message);
        }
    }

    /** @param silentMost seconds that a silent peer may stay connected; 0 tries none */
    Trial(AttackedServer server, List<AttackKind> attacks, int seconds, double silentMost) {
        this.server = server;
        this.attacks = attacks;
        boolean stops = attacks.contains(AttackKind.STOP);
        this.seconds = stops ? Math.max(seconds, STOP_AFTER_SECONDS + AttackKind.STOP_SECONDS + 2) : seconds;
        this.silentMost = silentMost;
    }

    /** Attacks, looks, and, when the server is the rig's own, ends it. */
    Measured run() throws Unjudged, IOException, InterruptedException {
        requireTarget();
        warmUp();
        Footprint before = Footprint.look(server.address(), server.pid());
        List<AttackProcesses> processes = new ArrayList<>();
        try (PoliteClient polite =
                new PoliteClient(server.address(), Ticker.system().nanos(), PoliteClient.PATIENCE_NANOS)) {
            int network = FIRST_NETWORK;
            for (AttackKind kind : attacks) {
                if (kind.processes() > 0) {
                    processes.add(
                            AttackProcesses.start(kind, server.address().getPort(), seconds + SPARE_SECONDS, network));
                    network += kind.processes();
                }
            }
            polite.start();
            attack(polite);
            polite.stop();
            AttackProcesses.Tally tally = AttackProcesses.Tally.NOTHING;
            for (AttackProcesses attack : processes) {
                tally = tally.plus(attack.end());
            }
            if (!processes.isEmpty() && tally.opened() == 0) {
                throw new Unjudged("no connection of the attackers came about");
            }
            requireBlockedLog();
            return afterwards(before, tally, polite);
        } finally {
            processes.forEach(AttackProcesses::close);
        }
    }

    private void requireTarget() throws Unjudged {
        if (!server.answers(ANSWER_MILLIS)) {
            throw new Unjudged(server.name() + " does not answer a polite request before any attack");
        }
        for (AttackKind kind : attacks) {
            int status = server.status(kind.needs(), ANSWER_MILLIS);
            boolean mayCut = kind == AttackKind.LOG; // some servers end the connection of a handler that fails
            if ((status < 200 && !mayCut) || status == 404 || status == 405) {
                throw new Unjudged(kind.label() + " needs " + kind.needs() + ", which is answered by " + status);
            }
        }
        if (attacks.contains(AttackKind.STOP) && server.pid() == Footprint.UNKNOWN) {
            throw new Unjudged("to stop the server its --pid is needed");
        }
        if (attacks.contains(AttackKind.LOG) && !server.isOurs()) {
            throw new Unjudged("the log of a server is blocked only when this rig starts it: --server");
        }
    }

    /** A server that logs too little to fill the pipe was not tried. */
    private void requireBlockedLog() throws Unjudged, IOException {
        int unread = server.unreadLogBytes();
        if (attacks.equals(List.of(AttackKind.LOG)) && server.isAlive() && unread < FULL_PIPE_BYTES) {
            throw new Unjudged(server.name() + " logged " + unread + " bytes, too little to fill a pipe");
        }
    }

    private void warmUp() throws InterruptedException {
        try (PoliteClient polite = new PoliteClient(server.address(), 0, PoliteClient.PATIENCE_NANOS)) {
            polite.start();
            Thread.sleep(WARM_MILLIS);
            polite.await();
        }
    }

    private void attack(PoliteClient polite) throws IOException, InterruptedException {
        if (!attacks.contains(AttackKind.STOP)) {
            Thread.sleep(seconds * 1_000L);
            return;
        }
        Thread.sleep(STOP_AFTER_SECONDS * 1_000L);
        long stop = Ticker.system().nanos();
        polite.excuse(stop, stop + (AttackKind.STOP_SECONDS + EXCUSE_SECONDS) * 1_000_000_000L);
        server.pause(AttackKind.STOP_SECONDS);
        Thread.sleep((seconds - STOP_AFTER_SECONDS) * 1_000L);
    }

    private Measured afterwards(Footprint before, AttackProcesses.Tally tally, PoliteClient polite)
            throws IOException, InterruptedException {
        long end = Ticker.system().nanos();
        FutureTask<Double> silent = SilentPeer.start(server.address(), (int) ((Math.max(silentMost, 0) + 3) * 1_000));
        // A server that has a queue left to work off may still be slow for a while.
        boolean answers = server.answers(ANSWER_MILLIS);
        Footprint after = Footprint.look(server.address(), server.pid());
        double back = secondsSince(end);
        while (!isBack(answers, after, before) && back < BACK_SECONDS && server.isAlive()) {
            Thread.sleep(LOOK_MILLIS);
            answers = answers || server.answers(ANSWER_MILLIS);
            after = Footprint.look(server.address(), server.pid());
            back = secondsSince(end);
        }
        String beyond = after.beyond(before, AttackedServer.HEAP_MEBIBYTES);
        polite.await();
        double silentSeconds = silentMost > 0 ? get(silent) : Double.NaN;
        boolean alive = server.isAlive();
        double stopped = server.isOurs() ? server.stop() : Double.NaN;
        return new Measured(
                server.name(),
                attacks,
                seconds,
                tally,
                polite.count(),
                polite.longestLagNanos() / 1e6,
                before,
                after,
                isBack(answers, after, before) ? back : -1,
                beyond,
                answers,
                alive,
                silentSeconds,
                stopped);
    }

    private static boolean isBack(boolean answers, Footprint after, Footprint before) {
        return answers && after.beyond(before, AttackedServer.HEAP_MEBIBYTES).isEmpty();
    }

    private static double get(FutureTask<Double> silent) throws InterruptedException {
        try {
            return silent.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double secondsSince(long nanos) {
        return (Ticker.system().nanos() - nanos) / 1e9;
    }
}
