package ringfort.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Time is asked for in one place, and a deadline is a point in time. */
public final class TimeRules {
    private static final String TICKER = "ringfort.timers.Ticker";

    private static final Map<String, Set<String>> WALL_CLOCK = Map.ofEntries(
            Map.entry("java.lang.System", Set.of("currentTimeMillis")),
            Map.entry("java.util.Date", Set.of("<init>")),
            Map.entry("java.util.Calendar", Set.of("getInstance")),
            Map.entry("java.time.Instant", Set.of("now")),
            Map.entry("java.time.LocalDateTime", Set.of("now")),
            Map.entry("java.time.LocalDate", Set.of("now")),
            Map.entry("java.time.LocalTime", Set.of("now")),
            Map.entry("java.time.ZonedDateTime", Set.of("now")),
            Map.entry("java.time.OffsetDateTime", Set.of("now")),
            Map.entry("java.time.InstantSource", Set.of("system", "instant", "millis")),
            Map.entry(
                    "java.time.Clock",
                    Set.of("systemUTC", "systemDefaultZone", "system", "instant", "millis", "tickMillis")));

    private static final Map<String, Set<String>> RELATIVE = Map.of(
            "java.net.Socket", Set.of("setSoTimeout"),
            "java.net.ServerSocket", Set.of("setSoTimeout"),
            "java.net.URLConnection", Set.of("setReadTimeout", "setConnectTimeout"),
            "java.lang.Thread", Set.of("sleep"),
            "java.util.Timer", Set.of("schedule", "scheduleAtFixedRate"),
            "java.util.concurrent.ScheduledExecutorService",
                    Set.of("schedule", "scheduleAtFixedRate", "scheduleWithFixedDelay"),
            "java.util.concurrent.CompletableFuture", Set.of("orTimeout", "completeOnTimeout", "delayedExecutor"));

    /** {@code System.nanoTime()} is called by implementations of {@code ringfort.timers.Ticker} and by nobody else. */
    public static final ArchRule TIME_COMES_FROM_A_TICKER = noClasses()
            .that(areNoTickers())
            .should()
            .accessTargetWhere(isOneOf("System.nanoTime", Map.of("java.lang.System", Set.of("nanoTime"))))
            .because(Advice.of(
                    "TimeRules.TIME_COMES_FROM_A_TICKER",
                    "time that is not injected cannot be moved by a test, and each caller reads another now",
                    "take a Ticker, and give the test a ManualTicker"))
            .allowEmptyShould(true);

    /** Code that deals with deadlines does not read the wall clock. */
    public static final ArchRule NO_WALL_CLOCK_IN_DEADLINE_CODE = noWallClockInDeadlineCode();

    /**
     * Code that deals with deadlines keeps points in time: it uses no timeout of the JDK that begins anew with each call,
     * and what is armed in a wheel holds no span of time.
     */
    public static final ArchRule DEADLINES_ARE_ABSOLUTE = deadlinesAreAbsolute();

    private TimeRules() {}

    /** {@link #NO_WALL_CLOCK_IN_DEADLINE_CODE}, except in the classes named; say there why. */
    public static ArchRule noWallClockInDeadlineCode(String... exceptClasses) {
        return classes()
                .that(dealWithDeadlines(exceptClasses))
                .should(new LeaveTheWallClock())
                .because(Advice.of(
                        "TimeRules.NO_WALL_CLOCK_IN_DEADLINE_CODE",
                        "when the clock is set, by NTP or by hand, every deadline comes due at once, or none ever does",
                        "compare readings of a Ticker by their difference"))
                .allowEmptyShould(true);
    }

    /** {@link #DEADLINES_ARE_ABSOLUTE}, except in the classes named; say there why. */
    public static ArchRule deadlinesAreAbsolute(String... exceptClasses) {
        return classes()
                .that(dealWithDeadlines(exceptClasses))
                .should(new KeepPointsInTime())
                .because(Advice.of(
                        "TimeRules.DEADLINES_ARE_ABSOLUTE",
                        "a timeout that begins anew with each read is no limit: one byte now and then keeps it from"
                                + " firing",
                        "keep the point in time, and give each wait what is left until then"))
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> areNoTickers() {
        return DescribedPredicate.describe("are no tickers", type -> !type.isAssignableTo(TICKER));
    }

    /** Uses the room of timers, or says deadline or timeout in its own name or in that of a field. */
    private static DescribedPredicate<JavaClass> dealWithDeadlines(String... exceptClasses) {
        List<String> except = List.of(exceptClasses);
        String exceptions = except.isEmpty() ? "" : ", but for " + String.join(", ", except) + ",";
        return DescribedPredicate.describe(
                "deal with deadlines" + exceptions,
                type -> !except.contains(type.getName()) && !whyItCounts(type).isEmpty());
    }

    /** What makes a class one that deals with deadlines: a name, a field, or a type that it uses; empty if nothing. */
    private static String whyItCounts(JavaClass type) {
        if (saysDeadline(type.getSimpleName())) {
            return "its name says deadline or timeout";
        }
        for (JavaField field : type.getFields()) {
            if (saysDeadline(field.getName())) {
                return "it has the field " + field.getName();
            }
        }
        return ClassReader.typesNamed(type).stream()
                .map(TypeUse::type)
                .filter(used -> used.startsWith("ringfort.timers."))
                .findFirst()
                .map(used -> "it uses " + used)
                .orElse("");
    }

    private static void report(ConditionEvents events, JavaClass type, Object on, String text) {
        String counts = " (" + type.getSimpleName() + " deals with deadlines: " + whyItCounts(type) + ")";
        events.add(SimpleConditionEvent.violated(on, text + counts));
    }

    private static final class LeaveTheWallClock extends ArchCondition<JavaClass> {
        LeaveTheWallClock() {
            super("not read a wall clock");
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                if (isOneOf(access, WALL_CLOCK)) {
                    report(events, type, access, access.getDescription());
                }
            }
        }
    }

    private static boolean saysDeadline(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.contains("deadline") || lower.contains("timeout");
    }

    private static DescribedPredicate<JavaAccess<?>> isOneOf(String description, Map<String, Set<String>> methods) {
        return DescribedPredicate.describe("is " + description, access -> isOneOf(access, methods));
    }

    private static boolean isOneOf(JavaAccess<?> access, Map<String, Set<String>> methods) {
        JavaClass owner = access.getTargetOwner();
        return methods.entrySet().stream()
                .anyMatch(entry -> owner.isAssignableTo(entry.getKey())
                        && entry.getValue().contains(access.getTarget().getName()));
    }

    private static final class KeepPointsInTime extends ArchCondition<JavaClass> {
        KeepPointsInTime() {
            super("keep points in time, not spans");
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                if (isOneOf(access, RELATIVE)) {
                    report(events, type, access, access.getDescription());
                }
            }
            if (isSlot(type)) {
                for (JavaField field : type.getFields()) {
                    boolean span = field.getRawType().getName().equals("java.time.Duration")
                            || field.getName().toLowerCase(Locale.ROOT).contains("timeout");
                    if (span) {
                        String text = field.getDescription() + " is a span of time in what is armed with a deadline";
                        report(events, type, field, text);
                    }
                }
            }
        }

        private static boolean isSlot(JavaClass type) {
            return List.of("ringfort.timers.DeadlineWheel$Entry", "ringfort.budget.DeadlineSlot").stream()
                    .anyMatch(type::isAssignableTo);
        }
    }
}
