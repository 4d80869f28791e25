import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.text.ParseException;
import java.util.Date;
import java.util.TimeZone;
import org.quartz.CronExpression;

/**
 * Reads lines of zone, instant (epoch ms) and cron expression, separated by tabs; writes each again
 * with the next six fire times that Quartz gives, or '-' where it never fires again. Lines with an
 * expression that Quartz refuses are left out.
 */
public final class FireTimes {
  private static final int COUNT = 6;

  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] fields = line.split("\t");
      try {
        CronExpression expression = new CronExpression(fields[2]);
        expression.setTimeZone(TimeZone.getTimeZone(fields[0]));
        out.print(line + "\t" + times(expression, new Date(Long.parseLong(fields[1]))) + "\n");
      } catch (ParseException refused) {
        // Nothing to compare with.
      }
    }
    out.flush();
  }

  private static String times(CronExpression expression, Date after) {
    StringBuilder times = new StringBuilder();
    Date time = after;
    for (int i = 0; i < COUNT; i++) {
      time = expression.getNextValidTimeAfter(time);
      if (i > 0) times.append(' ');
      if (time == null) return times.append('-').toString();
      times.append(time.getTime());
    }
    return times.toString();
  }
}
