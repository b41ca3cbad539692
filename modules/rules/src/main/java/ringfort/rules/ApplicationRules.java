package ringfort.rules;

import java.util.List;

/** The rules that hold for any project built on Ringfort, with nothing to be said about it. */
public final class ApplicationRules {
    /** All of them, in the order of {@code docs/RULES.md}. */
    public static final List<NamedRule> ALL = List.of(
            new NamedRule("WorkerRules.ONLY_THE_WORKER_TOUCHES_THE_RING", WorkerRules.ONLY_THE_WORKER_TOUCHES_THE_RING),
            new NamedRule("WorkerRules.NOTHING_ON_A_WORKER_BLOCKS", WorkerRules.NOTHING_ON_A_WORKER_BLOCKS),
            new NamedRule("WorkerRules.HANDLERS_STAY_OFF_THE_WORKER", WorkerRules.HANDLERS_STAY_OFF_THE_WORKER),
            new NamedRule("HandlerRules.HANDLERS_SHARE_NO_MUTABLE_STATE", HandlerRules.HANDLERS_SHARE_NO_MUTABLE_STATE),
            new NamedRule("HandlerRules.INLINE_HANDLERS_DO_NOT_BLOCK", HandlerRules.INLINE_HANDLERS_DO_NOT_BLOCK),
            new NamedRule("HandlerRules.RESPONSES_ARE_NOT_BUILT_BY_HAND", HandlerRules.RESPONSES_ARE_NOT_BUILT_BY_HAND),
            new NamedRule(
                    "HandlerRules.HANDLERS_DO_NOT_STOP_THEIR_SERVER", HandlerRules.HANDLERS_DO_NOT_STOP_THEIR_SERVER),
            new NamedRule("LayerRules.INTERNAL_PACKAGES_ARE_LEFT_ALONE", LayerRules.INTERNAL_PACKAGES_ARE_LEFT_ALONE),
            new NamedRule(
                    "LayerRules.APPLICATIONS_LEAVE_THE_ENGINES_ALONE", LayerRules.APPLICATIONS_LEAVE_THE_ENGINES_ALONE),
            new NamedRule("CodeRules.NO_REFLECTION", CodeRules.NO_REFLECTION),
            new NamedRule("CodeRules.NO_UNSAFE", CodeRules.NO_UNSAFE),
            new NamedRule("CodeRules.NATIVE_CODE_STAYS_IN_ITS_ROOMS", CodeRules.NATIVE_CODE_STAYS_IN_ITS_ROOMS),
            new NamedRule("TimeRules.TIME_COMES_FROM_A_TICKER", TimeRules.TIME_COMES_FROM_A_TICKER),
            new NamedRule("TimeRules.NO_WALL_CLOCK_IN_DEADLINE_CODE", TimeRules.NO_WALL_CLOCK_IN_DEADLINE_CODE),
            new NamedRule("TimeRules.DEADLINES_ARE_ABSOLUTE", TimeRules.DEADLINES_ARE_ABSOLUTE),
            new NamedRule("MemoryRules.ARENAS_HAVE_AN_OWNER", MemoryRules.ARENAS_HAVE_AN_OWNER),
            new NamedRule("MemoryRules.NO_AUTO_ARENA_ON_HOT_PATHS", MemoryRules.NO_AUTO_ARENA_ON_HOT_PATHS));

    private ApplicationRules() {}
}
