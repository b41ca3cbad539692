import org.jspecify.annotations.NullMarked;

/**
 * Architecture rules for servers built on Ringfort, and for Ringfort itself: what runs on a worker, what may block, who
 * may know whom.
 *
 * <p>{@link ringfort.rules} is exported to tests: each rule is an {@code ArchRule} constant, {@code ArchTests} runs them
 * in JUnit, {@code Main} without it. The module requires none of the other rooms: it knows them by name.
 */
@NullMarked
module ringfort.rules {
    requires static org.jspecify;
    requires transitive com.tngtech.archunit;
    requires static transitive org.junit.jupiter.api;
    requires org.slf4j; // ArchUnit's own need: as an automatic module it cannot say so itself

    exports ringfort.rules;
}
