package ringfort.rules;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Values over all ways; see {@link Value}. Small, and of one method. */
final class ValueSet {
    private static final int MOST = 24;

    private Set<Value> values = Set.of();

    static List<ValueSet> list(int count) {
        List<ValueSet> sets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            sets.add(new ValueSet());
        }
        return sets;
    }

    Set<Value> values() {
        return values;
    }

    void addAll(Set<Value> more) {
        values = join(values, more);
    }

    /** Both together; of very many only some are kept, and the unknown says that there are more. */
    static Set<Value> join(Set<Value> one, Set<Value> other) {
        if (one.isEmpty() || one.equals(other)) {
            return other;
        }
        if (other.isEmpty() || one.containsAll(other)) {
            return one;
        }
        Set<Value> both = new LinkedHashSet<>(one);
        for (Value value : other) {
            if (both.size() >= MOST) {
                both.add(Value.UNKNOWN);
                break;
            }
            both.add(value);
        }
        return both;
    }
}
