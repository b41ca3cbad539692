package ringfort.api.spi;

import java.util.List;

/**
 * What an engine found when it looked at the machine.
 *
 * @param usable whether it can run here
 * @param reason when not usable: why, and what would change that; otherwise empty or a remark
 * @param features what it will use, each by the name of the field, for the start line and the doctor
 */
public record Availability(boolean usable, String reason, List<String> features) {
    public Availability {
        features = List.copyOf(features);
    }

    /**
     * The engine can run.
     *
     * @param features what it will use
     * @return the finding
     */
    public static Availability usable(List<String> features) {
        return new Availability(true, "", features);
    }

    /**
     * The engine cannot run.
     *
     * @param reason why, and what would change that
     * @return the finding
     */
    public static Availability unusable(String reason) {
        return new Availability(false, reason, List.of());
    }
}
