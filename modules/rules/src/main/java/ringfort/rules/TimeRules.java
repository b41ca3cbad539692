package ringfort.rules;

import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

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

    /** What a class file mentions in any case that deals with deadlines; the names of fields and classes in any case. */
    private static final String TIMERS = "ringfort/timers/";

    /** {@code System.nanoTime()} is called by implementations of {@code ringfort.timers.Ticker} and by nobody else. */
    public static final ArchRule TIME_COMES_FROM_A_TICKER = ProjectRule.of(
            "no classes that are no tickers should access target where is System.nanoTime",
            Advice.of(
                    "TimeRules.TIME_COMES_FROM_A_TICKER",
                    "time that is not injected cannot be moved by a test, and each caller reads another now",
                    "take a Ticker, and give the test a ManualTicker"),
            project -> project.classes().stream()
                    .filter(type ->
                            type.mentions("nanoTime") && !project.hierarchy().isA(type.name(), TICKER))
                    .flatMap(type -> type.accesses().stream())
                    .filter(access -> access.to().owner().equals("java.lang.System")
                            && access.to().name().equals("nanoTime"))
                    .map(Access::describe)
                    .toList());

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
        return inDeadlineCode(
                "not read a wall clock",
                Advice.of(
                        "TimeRules.NO_WALL_CLOCK_IN_DEADLINE_CODE",
                        "when the clock is set, by NTP or by hand, every deadline comes due at once, or none ever does",
                        "compare readings of a Ticker by their difference"),
                List.of(exceptClasses),
                (project, type) -> accesses(project, type, WALL_CLOCK));
    }

    /** {@link #DEADLINES_ARE_ABSOLUTE}, except in the classes named; say there why. */
    public static ArchRule deadlinesAreAbsolute(String... exceptClasses) {
        return inDeadlineCode(
                "keep points in time, not spans",
                Advice.of(
                        "TimeRules.DEADLINES_ARE_ABSOLUTE",
                        "a timeout that begins anew with each read is no limit: one byte now and then keeps it from"
                                + " firing",
                        "keep the point in time, and give each wait what is left until then"),
                List.of(exceptClasses),
                (project, type) -> {
                    List<String> found = new ArrayList<>(accesses(project, type, RELATIVE));
                    if (isSlot(project, type)) {
                        found.addAll(spans(type));
                    }
                    return found;
                });
    }

    private static ArchRule inDeadlineCode(
            String wording,
            String because,
            List<String> except,
            BiFunction<Project, ImportedClass, List<String>> violations) {
        String exceptions = except.isEmpty() ? "" : ", but for " + String.join(", ", except) + ",";
        return ProjectRule.of(
                "classes that deal with deadlines" + exceptions + " should " + wording, because, project -> {
                    List<String> found = new ArrayList<>();
                    for (ImportedClass type : project.classes()) {
                        String why = except.contains(type.name()) ? "" : whyItCounts(type);
                        if (!why.isEmpty()) {
                            String counts = " (" + Names.nested(type.name()) + " deals with deadlines: " + why + ")";
                            violations.apply(project, type).forEach(text -> found.add(text + counts));
                        }
                    }
                    return found;
                });
    }

    /** What makes a class one that deals with deadlines: a name, a field, or a type that it uses; empty if nothing. */
    private static String whyItCounts(ImportedClass type) {
        if (saysDeadline(Names.nested(type.name()))) {
            return "its name says deadline or timeout";
        }
        for (String field : type.fields().keySet()) {
            if (saysDeadline(field)) {
                return "it has the field " + field;
            }
        }
        return type.mentions(TIMERS)
                ? type.typesNamed().stream()
                        .map(TypeUse::type)
                        .filter(used -> used.startsWith("ringfort.timers."))
                        .findFirst()
                        .map(used -> "it uses " + used)
                        .orElse("")
                : "";
    }

    private static boolean saysDeadline(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.contains("deadline") || lower.contains("timeout");
    }

    private static List<String> accesses(Project project, ImportedClass type, Map<String, Set<String>> methods) {
        return type.accesses().stream()
                .filter(access -> isOneOf(project, access.to(), methods))
                .map(Access::describe)
                .toList();
    }

    private static boolean isOneOf(Project project, Code target, Map<String, Set<String>> methods) {
        return methods.entrySet().stream()
                .anyMatch(entry -> entry.getValue().contains(target.name())
                        && project.hierarchy().isA(target.owner(), entry.getKey()));
    }

    private static boolean isSlot(Project project, ImportedClass type) {
        return project.hierarchy().isA(type.name(), "ringfort.timers.DeadlineWheel$Entry")
                || project.hierarchy().isA(type.name(), "ringfort.budget.DeadlineSlot");
    }

    /** Static fields are constants of the class, from which points in time are made; they are not what is armed. */
    private static List<String> spans(ImportedClass type) {
        return type.fields().entrySet().stream()
                .filter(field -> !field.getValue().isStatic())
                .filter(field -> field.getValue().descriptor().equals("Ljava/time/Duration;")
                        || field.getKey().toLowerCase(Locale.ROOT).contains("timeout"))
                .map(field -> "Field <" + type.name() + "." + field.getKey()
                        + "> is a span of time in what is armed with a deadline")
                .toList();
    }
}
