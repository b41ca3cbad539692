package ringfort.api;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import ringfort.api.spi.Engine;
import ringfort.api.syntax.Fields;

/**
 * Properties and variables that look like options of the server and are none. A misspelt time limit is one the server runs
 * without, so it is told once for each name. Stateless but for that; any thread.
 */
final class StrayNames {
    private static final String PROPERTY = "ringfort.";
    private static final String VARIABLE = "RINGFORT_";

    /** Read by the launcher and the program, not by the server. */
    private static final Set<String> OF_THE_PROGRAM = Set.of("RINGFORT_DEBUG", "RINGFORT_NO_BUILD");

    /**
     * What Kubernetes and Docker set in every container for a service whose name begins with ringfort:
     * {@code RINGFORT_SERVICE_HOST}, {@code RINGFORT_PORT_80_TCP_ADDR} and others.
     */
    private static final Pattern OF_AN_ORCHESTRATOR =
            Pattern.compile("RINGFORT_([A-Z0-9_]*_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|NAME|ENV_.*"
                    + "|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR|START|END))?)");

    private static final Pattern ADDRESS_OF_A_SERVICE = Pattern.compile("(tcp|udp|sctp)://.*");

    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private StrayNames() {}

    /** Whether an orchestrator has set a variable to the address of a service, {@code tcp://10.0.0.1:80}. */
    static boolean isAddressOfAService(String value) {
        return ADDRESS_OF_A_SERVICE.matcher(value).matches();
    }

    /** Logs a warning for each name of this process that was not told yet. */
    static void tellOnce(List<Engine> engines) {
        Set<String> properties = System.getProperties().stringPropertyNames();
        for (String notice : notices(properties, System.getenv(), engines)) {
            if (TOLD.add(notice)) {
                System.getLogger("ringfort").log(Level.WARNING, notice);
            }
        }
    }

    static List<String> notices(Collection<String> properties, Map<String, String> environment, List<Engine> engines) {
        List<String> notices = new ArrayList<>();
        for (String name : new TreeSet<>(properties)) {
            if (name.startsWith(PROPERTY) && !isKnown(name, engines)) {
                notices.add("Property " + Fields.quote(name) + " is no option and does nothing"
                        + guess(name, properties(engines)));
            }
        }
        for (String name : new TreeSet<>(environment.keySet())) {
            boolean known = variables().contains(name);
            String value = environment.getOrDefault(name, "");
            if (known && isAddressOfAService(value)) {
                notices.add("Variable " + name + "=" + Fields.quote(value)
                        + " is not read as an option: an orchestrator has set it for a service of that name."
                        + " Use a flag or a property, or have it not set (Kubernetes: enableServiceLinks: false)");
            } else if (name.startsWith(VARIABLE) && !known && !isOfOthers(name, value)) {
                notices.add(
                        "Variable " + Fields.quote(name) + " is no option and does nothing" + guess(name, variables()));
            }
        }
        return notices;
    }

    private static boolean isKnown(String property, List<Engine> engines) {
        return properties(engines).contains(property)
                || engines.stream()
                        .anyMatch(engine ->
                                engine.properties().isEmpty() && property.startsWith(PROPERTY + engine.name() + "."));
    }

    private static boolean isOfOthers(String variable, String value) {
        return OF_THE_PROGRAM.contains(variable)
                || isAddressOfAService(value)
                || OF_AN_ORCHESTRATOR.matcher(variable).matches();
    }

    private static Set<String> properties(List<Engine> engines) {
        Set<String> names = new HashSet<>();
        OptionKeys.ALL.forEach(key -> names.add(key.described().property()));
        engines.forEach(engine -> names.addAll(engine.properties()));
        return names;
    }

    private static Set<String> variables() {
        Set<String> names = new HashSet<>();
        OptionKeys.ALL.forEach(key -> names.add(key.described().variable()));
        return names;
    }

    private static String guess(String name, Set<String> known) {
        Optional<String> nearest = OptionKeys.nearest(name, known);
        return nearest.map(near -> "; did you mean " + near + "?").orElse("");
    }
}
