package ringfort.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.rules.twins.HandlerTwins;

final class HandlerRulesTest {
    @Test
    void acceptsGoodHandlers() {
        Check.accepts(HandlerRules.HANDLERS_SHARE_NO_MUTABLE_STATE, HandlerTwins.Good.class);
        Check.accepts(HandlerRules.INLINE_HANDLERS_DO_NOT_BLOCK, HandlerTwins.Good.class);
        Check.accepts(HandlerRules.RESPONSES_ARE_NOT_BUILT_BY_HAND, HandlerTwins.Good.class);
    }

    @Test
    void catchesFieldsThatHandlersAssign() {
        Check.catches(
                HandlerRules.HANDLERS_SHARE_NO_MUTABLE_STATE,
                List.of(
                        "HandlerTwins$AssignsField.handle is a handler and assigns the field",
                        "HandlerTwins$AssignsField.count:",
                        "calls HandlerTwins.AssignsField.next()",
                        "there  (HandlerTwins.java:"),
                HandlerTwins.AssignsField.class);
    }

    @Test
    void catchesCollectionsThatFiltersChange() {
        Check.catches(
                HandlerRules.HANDLERS_SHARE_NO_MUTABLE_STATE,
                List.of("is a handler and changes the HashMap in the field", "HandlerTwins$ChangesMap.seen by put:"),
                HandlerTwins.ChangesMap.class);
    }

    @Test
    void catchesInlineHandlersThatBlockHoweverTheyAreRegistered() {
        List<String> violations = Check.violations(
                HandlerRules.INLINE_HANDLERS_DO_NOT_BLOCK, HandlerTwins.InlineBlocks.class, HandlerTwins.Sleeper.class);
        String all = String.join("\n", violations);
        for (String start : List.of(
                "the lambda in ringfort.rules.twins.HandlerTwins$InlineBlocks.lambda (HandlerTwins.java:92) is an inline",
                "InlineBlocks.handle is an inline handler and blocks:",
                "InlineBlocks.<clinit> (HandlerTwins.java:89) is an inline handler and blocks:",
                "HandlerTwins$Sleeper.handle is an inline handler and blocks:",
                "InlineBlocks.unknown registers an inline handler that cannot be followed:")) {
            assertTrue(all.contains(start), () -> start + " is missing from\n" + all);
        }
    }

    @Test
    void asksNothingOfHandlersThatAreNotInline() {
        Check.accepts(HandlerRules.INLINE_HANDLERS_DO_NOT_BLOCK, HandlerTwins.Sleeper.class);
    }

    @Test
    void catchesResponsesWrittenByHand() {
        List<String> violations =
                Check.violations(HandlerRules.RESPONSES_ARE_NOT_BUILT_BY_HAND, HandlerTwins.ByHand.class);
        String all = String.join("\n", violations);
        assertTrue(all.contains("ByHand.write is a handler and writes a status line by hand:"), all);
        assertTrue(all.contains("is a handler and uses the engine's protocol code, new ByteSink(int):"), all);
        assertEquals(3, violations.size(), all); // the sink is made, and asked for its bytes
    }
}
