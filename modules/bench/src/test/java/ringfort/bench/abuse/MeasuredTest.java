package ringfort.bench.abuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Everything that should not be is a finding; everything else is not. */
class MeasuredTest {
    private static final Footprint BEFORE = new Footprint(1, 30, 20, 90);
    private static final double P99 = 100;
    private static final double BACK = 5;
    private static final double SILENT = 10;

    private final PoliteCount polite = new PoliteCount();
    private AttackKind attack = AttackKind.HEADS;
    private long cut;
    private Footprint after = BEFORE;
    private double backSeconds = 0.5;
    private boolean answers = true;
    private boolean alive = true;
    private double silentSeconds = 10.1;
    private double stopSeconds = 0.3;

    private Measured measured() {
        String beyond = after.beyond(BEFORE, 256);
        return new Measured(
                "ring",
                List.of(attack),
                20,
                new AttackProcesses.Tally(1, 0, cut, 0, 0, 1),
                polite,
                0,
                BEFORE,
                after,
                beyond.isEmpty() ? backSeconds : -1,
                beyond,
                answers,
                alive,
                silentSeconds,
                stopSeconds);
    }

    private List<String> findings() {
        return measured().findings(P99, BACK, SILENT);
    }

    private void count(int times, Outcome outcome, long millis) {
        for (int i = 0; i < times; i++) {
            polite.add(outcome, "", millis * 1_000_000);
        }
    }

    @Test
    void aServerThatTheAttackDidNothingToIsGood() {
        count(1_000, Outcome.RIGHT, 5);
        assertEquals(List.of(), findings());
        assertEquals("ok, 5.0 ms", measured().cell());
    }

    @Test
    void oneWrongLostOrRefusedAnswerIsAFinding() {
        count(997, Outcome.RIGHT, 5);
        count(1, Outcome.WRONG, 5);
        count(1, Outcome.LOST, 5);
        count(1, Outcome.REFUSED, 5);
        assertEquals(
                List.of(
                        "1 of 1000 polite requests wrong",
                        "1 of 1000 polite requests lost",
                        "1 of 1000 polite requests refused"),
                findings());
        assertEquals(
                "lost 0.1 %, refused 0.1 %, wrong 0.1 %, 5.0 ms", measured().cell());
    }

    @Test
    void someThatAreTurnedAwayAreNoFindingButMostAre() {
        count(60, Outcome.RIGHT, 5);
        count(40, Outcome.BUSY, 5);
        assertEquals(List.of(), findings());
        assertEquals("503 40.0 %, 5.0 ms", measured().cell());
        count(40, Outcome.BUSY, 5);
        assertEquals(List.of("80 of 140 polite requests got 503"), findings());
    }

    @Test
    void slowAnswersAreAFinding() {
        count(97, Outcome.RIGHT, 5);
        count(3, Outcome.RIGHT, 300);
        assertEquals(1, findings().size());
        assertTrue(findings().getFirst().startsWith("p99 of 300 ms"), findings()::toString);
    }

    @Test
    void manyRepeatedRequestsAreAFinding() {
        count(100, Outcome.RIGHT, 5);
        polite.addRepeated();
        assertEquals(List.of(), findings());
        polite.addRepeated();
        assertEquals(List.of("2 polite requests had to be repeated"), findings());
    }

    @Test
    void whatDoesNotComeBackIsAFinding() {
        count(100, Outcome.RIGHT, 5);
        after = new Footprint(160, 200, 60, 900);
        assertEquals(List.of("not back at baseline: open 160 fd 200 threads 60 RSS 900 MiB"), findings());
        after = BEFORE;
        backSeconds = 7;
        assertEquals(List.of("back at baseline only after 7.0 s"), findings());
    }

    @Test
    void aServerWhoseCountersCannotBeReadIsNotBack() {
        count(100, Outcome.RIGHT, 5);
        after = new Footprint(Footprint.UNKNOWN, 30, 20, 90);
        assertEquals(List.of("not back at baseline: open ?"), findings());
    }

    @Test
    void aDeadServerIsAFinding() {
        count(100, Outcome.RIGHT, 5);
        answers = false;
        assertEquals(List.of("it does not answer after the attack"), findings());
        alive = false;
        assertEquals(List.of("the process ended"), findings());
        assertEquals("dead: the process ended", measured().cell());
    }

    @Test
    void aDeadlineThatIsNotKeptIsAFinding() {
        count(100, Outcome.RIGHT, 5);
        silentSeconds = SilentPeer.STILL_OPEN;
        assertEquals(List.of("a silent peer is not closed"), findings());
        silentSeconds = 12.5;
        assertEquals(List.of("a silent peer is closed after 12.5 s"), findings());
        silentSeconds = Double.NaN;
        assertEquals(List.of(), findings());
    }

    @Test
    void aProcessThatMustBeKilledIsAFinding() {
        count(100, Outcome.RIGHT, 5);
        stopSeconds = -1;
        assertEquals(List.of("SIGTERM does not end it"), findings());
    }

    @Test
    void whatAStopCostsPeersThatWereInTimeIsAFinding() {
        count(100, Outcome.RIGHT, 5);
        cut = 20;
        assertEquals(List.of(), findings());
        attack = AttackKind.STOP;
        assertEquals(List.of("20 peers were cut for the time in which the server was stopped"), findings());
    }

    @Test
    void aCellThatIsMeasuredAgainTakesThePlaceOfTheOlderOne() {
        count(100, Outcome.RIGHT, 5);
        String older = measured().csv();
        count(1, Outcome.WRONG, 5);
        String newer = measured().csv();
        String table =
                AbuseTable.markdown(List.of(Measured.csvHead(), older, newer, AbuseTable.unjudged("nio", "heads")));
        assertTrue(table.contains("| heads | wrong 1.0 %, 5.0 ms | could not judge |"), table);
    }
}
