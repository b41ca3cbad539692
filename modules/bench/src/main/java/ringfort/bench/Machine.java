package ringfort.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine tells about itself, by Linux's {@code /proc}. */
public final class Machine {
    /** {@code sysconf(_SC_CLK_TCK)}: the unit of the times in {@code /proc/PID/stat}, 100 on every Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    private Machine() {}

    /** Kernel, processors, JDK and load, for the head of a report. */
    public static String describe() throws IOException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 2))
                .orElse(System.getProperty("os.arch"));
        return "Linux %s, %d x %s, JDK %s, load %s"
                .formatted(
                        System.getProperty("os.version"),
                        Runtime.getRuntime().availableProcessors(),
                        model,
                        Runtime.version(),
                        load());
    }

    /** The load average of the last minute. */
    public static String load() throws IOException {
        String text = Files.readString(Path.of("/proc/loadavg"));
        return text.substring(0, text.indexOf(' '));
    }

    /** Seconds of processor time that a process has used, by itself and in the kernel. */
    static double cpuSeconds(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1); // from field 3 on, see proc(5)
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Resident memory of a process in MiB. */
    public static long residentMebibytes(long pid) throws IOException {
        return residentKibibytes(pid) / 1024;
    }

    /** Resident memory of a process in KiB. */
    static long residentKibibytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    /** Lets this process run on one processor only; what it starts from then on inherits that. */
    static void pin(int core) throws IOException, InterruptedException {
        String pid = Long.toString(ProcessHandle.current().pid());
        int code = new ProcessBuilder("taskset", "-a", "-p", "-c", Integer.toString(core), pid)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("taskset could not pin this process to processor " + core);
        }
    }
}
