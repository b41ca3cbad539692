package ringfort.app;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.app.Facts.EngineFact;

/** {@code ringfort doctor}: says what of this machine helps or hinders a server. */
final class DoctorCommand implements Command {
    @Override
    public String name() {
        return "doctor";
    }

    @Override
    public String summary() {
        return "say how well this machine can serve, and what would make it better";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public String notes() {
        return "Exit code 1 when no engine can run here.\n";
    }

    @Override
    public int run(CommandLine line, Console console) {
        FactFinder finder = new FactFinder(Path.of("/"), console.environment());
        Facts facts = finder.find(engines());
        List<Finding> findings = Doctor.examine(facts);
        console.out().print("ringfort " + Program.version() + " doctor\n\n" + Doctor.format(findings));
        console.out().flush();
        boolean failed = findings.stream().anyMatch(finding -> finding.verdict() == Verdict.FAIL);
        return failed ? Program.FAILED : Program.DONE;
    }

    /** Asks every engine whether it can run here, in the order in which {@code auto} tries them. */
    private static List<EngineFact> engines() {
        return ServiceLoader.load(Engine.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(Engine::rank).reversed())
                .map(DoctorCommand::ask)
                .toList();
    }

    private static EngineFact ask(Engine engine) {
        Availability found = engine.probe();
        return new EngineFact(engine.name(), found.usable(), found.reason(), found.features());
    }
}
