package io.hunyuan4j.bench.speed;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A roofline plot of a report as SVG: operations per byte against operations per second, both
 * logarithmic; the machine's limits as lines, the rows as numbered points with a legend.
 *
 * <p>Source: Williams, Waterman &amp; Patterson 2009.
 */
public final class Roofline {
  private static final int WIDTH = 1130;
  private static final int LEFT = 76;
  private static final int TOP = 78;
  private static final int PLOT_HEIGHT = 440;
  private static final int LEGEND_WIDTH = 360;
  private static final int LEGEND_STEP = 44;

  /** Rows whose legend finds room at the right of the plot; that of more is below it. */
  private static final int BESIDE = 11;

  /** Columns of the legend below. */
  private static final int COLUMNS = 3;

  private static final int ROOF_LABEL_WIDTH = 230;
  private static final int LABEL_HEIGHT = 20;
  private static final int BADGE = 10;
  private static final String PREFILL = "#1f6fb4";
  private static final String DECODE = "#c2571a";
  private static final String ROOF = "#333";
  private static final String KERNEL = "#8a6d00";

  private final SpeedReport report;
  private final boolean beside;
  private final int plotWidth;
  private final Axis x;
  private final Axis y;
  private final StringBuilder svg = new StringBuilder();
  private final List<double[]> badges = new ArrayList<>();
  private final List<Double> roofs = new ArrayList<>();

  private Roofline(SpeedReport report) {
    this.report = report;
    this.beside = report.rows().size() <= BESIDE;
    this.plotWidth = WIDTH - LEFT - (beside ? LEGEND_WIDTH : 20);
    double lowX = report.rows().stream().mapToDouble(Roofline::intensity).min().orElse(1);
    double highX = report.rows().stream().mapToDouble(Roofline::intensity).max().orElse(1);
    double ridge = ridge(report.limits().getLast());
    double lowY = report.rows().stream().mapToDouble(SpeedRow::flops).min().orElse(1e9);
    double highY =
        Math.max(
            report.rows().stream().mapToDouble(SpeedRow::flops).max().orElse(1e9),
            report.limits().stream().mapToDouble(Limits::flops).max().orElse(1e9));
    this.x = Axis.of(Math.min(lowX, ridge) / 3, Math.max(highX, ridge) * 4, LEFT, plotWidth);
    this.y = Axis.of(lowY / 1e9 / 3, highY / 1e9 * 2, TOP + PLOT_HEIGHT, -PLOT_HEIGHT);
  }

  /** The plot. */
  public static String svg(SpeedReport report) {
    return new Roofline(report).draw();
  }

  /** Where a decimal logarithm lies on paper. */
  private record Axis(double low, double high, double start, double length) {
    static Axis of(double low, double high, double start, double length) {
      return new Axis(low, high, start, length);
    }

    double at(double value) {
      return start + Math.log(value / low) / Math.log(high / low) * length;
    }

    /** 1, 2 and 5 times powers of ten. */
    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      for (int power = (int) Math.floor(Math.log10(low)); Math.pow(10, power) <= high; power++) {
        for (int digit : new int[] {1, 2, 5}) {
          double tick = digit * Math.pow(10, power);
          if (tick >= low && tick <= high) {
            ticks.add(tick);
          }
        }
      }
      return ticks;
    }
  }

  private static double intensity(SpeedRow row) {
    return (double) row.work().flops() / row.work().bytes();
  }

  private static double ridge(Limits limits) {
    return limits.flops() / limits.readBytesPerSecond();
  }

  private String draw() {
    int below = beside ? 0 : (report.rows().size() + COLUMNS - 1) / COLUMNS * LEGEND_STEP;
    int height = TOP + PLOT_HEIGHT + 70 + below;
    line(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
            + " font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"#222\">",
        WIDTH, height, WIDTH, height);
    line("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, height);
    line(
        "<text x=\"%d\" y=\"34\" font-size=\"19\" font-weight=\"bold\">%s</text>",
        LEFT, escaped("Roofline of " + report.model()));
    SpeedReport.Origin origin = report.origin();
    line(
        "<text x=\"%d\" y=\"56\" fill=\"#666\">%s</text>",
        LEFT,
        escaped(
            "%s, vectors of %d bits, JDK %s"
                .formatted(origin.cpu(), origin.vectorBits(), origin.jdk())));
    drawGrid();
    report.limits().reversed().forEach(this::drawRoof);
    drawKernels(report.limits().getLast());
    for (int i = 0; i < report.rows().size(); i++) {
      drawPoint(report.rows().get(i));
    }
    for (int i = 0; i < report.rows().size(); i++) {
      drawBadge(report.rows().get(i), i + 1, badges.get(i)[0], badges.get(i)[1]);
      drawLegend(report.rows().get(i), i + 1);
    }
    line("</svg>");
    return svg.toString();
  }

  private void drawGrid() {
    double bottom = y.start();
    double right = LEFT + plotWidth;
    for (double tick : x.ticks()) {
      line("<path d=\"M%.1f %.1fV%d\" stroke=\"#e6e6e6\"/>", x.at(tick), bottom, TOP);
      line(
          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
          x.at(tick), bottom + 20, plain(tick));
    }
    for (double tick : y.ticks()) {
      line("<path d=\"M%d %.1fH%.1f\" stroke=\"#e6e6e6\"/>", LEFT, y.at(tick), right);
      line(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 8, y.at(tick) + 4, plain(tick));
    }
    line(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#999\"/>",
        LEFT, TOP, plotWidth, PLOT_HEIGHT);
    line(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">operations per byte read</text>",
        LEFT + plotWidth / 2.0, bottom + 46);
    line(
        "<text transform=\"translate(22 %.1f) rotate(-90)\" text-anchor=\"middle\">GFLOPS</text>",
        TOP + PLOT_HEIGHT / 2.0);
  }

  /** The roof of one number of threads; that of the most comes first and is the main one. */
  private void drawRoof(Limits limits) {
    boolean main = limits == report.limits().getLast();
    double peak = limits.flops() / 1e9;
    long near = labelsNear(y.at(peak)); // then below the line, and further left
    double read = limits.readBytesPerSecond() / 1e9;
    String opacity = main ? "1" : "0.45";
    String threads = limits.threads() == 1 ? "1 thread" : limits.threads() + " threads";
    double from = Math.max(x.low(), y.low() / read);
    line(
        "<path d=\"M%.1f %.1fL%.1f %.1fH%d\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" opacity=\"%s\"/>",
        x.at(from),
        y.at(from * read),
        x.at(ridge(limits)),
        y.at(peak),
        LEFT + plotWidth,
        ROOF,
        main ? "2.5" : "1.5",
        opacity);
    line(
        "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"%s\" opacity=\"%s\">%s</text>",
        LEFT + plotWidth - 8 - Math.max(0, near - 1) * ROOF_LABEL_WIDTH,
        y.at(peak) + (near == 0 ? -7 : 17),
        ROOF,
        main ? "1" : "0.7",
        "FMA peak %s GFLOPS, %s".formatted(digits(peak), threads));
    if (main) {
      alongSlope(read, "reading %s GB/s, %s".formatted(digits(read), threads), ROOF, -8);
    }
  }

  /** How many roofs drawn before have their label where this one would have it. */
  private long labelsNear(double height) {
    long near = roofs.stream().filter(roof -> Math.abs(roof - height) < LABEL_HEIGHT).count();
    roofs.add(height);
    return near;
  }

  /** Where a kernel is slower than memory, it is the limit of decoding. */
  private void drawKernels(Limits limits) {
    for (Map.Entry<String, Double> kernel : limits.kernelBytesPerSecond().entrySet()) {
      double rate = kernel.getValue() / 1e9;
      if (kernel.getValue() < limits.readBytesPerSecond()) {
        double from = Math.max(x.low(), y.low() / rate);
        double to = Math.min(x.high(), limits.flops() / 1e9 / rate);
        line(
            "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\" stroke-width=\"1.5\" stroke-dasharray=\"6 4\"/>",
            x.at(from), y.at(from * rate), x.at(to), y.at(to * rate), KERNEL);
        alongSlope(
            rate, "%s kernel in L2 %s GB/s".formatted(kernel.getKey(), digits(rate)), KERNEL, 18);
      }
    }
  }

  /** Text beside the line of a bandwidth, half-way up. */
  private void alongSlope(double gigabytesPerSecond, String text, String colour, int shift) {
    double low = Math.max(x.low(), y.low() / gigabytesPerSecond);
    double high = Math.min(x.high(), report.limits().getLast().flops() / 1e9 / gigabytesPerSecond);
    double middle = Math.sqrt(low * high);
    double dx = x.at(high) - x.at(low);
    double dy = y.at(high * gigabytesPerSecond) - y.at(low * gigabytesPerSecond);
    line(
        "<text transform=\"translate(%.1f %.1f) rotate(%.1f)\" y=\"%d\" text-anchor=\"middle\" fill=\"%s\">%s</text>",
        x.at(middle),
        y.at(middle * gigabytesPerSecond),
        Math.toDegrees(Math.atan2(dy, dx)),
        shift,
        colour,
        escaped(text));
  }

  private double[] point(SpeedRow row) {
    return new double[] {x.at(intensity(row)), y.at(row.flops() / 1e9)};
  }

  /** The dot where a row is, and a line to where its badge will be. */
  private void drawPoint(SpeedRow row) {
    double[] point = point(row);
    double[] badge = freePlace(point);
    badges.add(badge);
    line(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>", point[0], point[1], colour(row));
    line(
        "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\"/>",
        point[0], point[1], badge[0], badge[1], colour(row));
  }

  /** The place nearest to a point where a badge covers no other badge and nobody else's point. */
  private double[] freePlace(double[] point) {
    for (int radius = 0; radius <= 10 * BADGE; radius += BADGE + 4) {
      for (int step = 0; step < 12; step++) {
        double angle = Math.PI / 6 * step;
        double[] place = {point[0] + radius * Math.cos(angle), point[1] + radius * Math.sin(angle)};
        boolean free =
            badges.stream().allMatch(badge -> distance(badge, place) > 2 * BADGE + 1)
                && report.rows().stream()
                    .map(this::point)
                    .filter(other -> distance(other, point) > 0)
                    .allMatch(other -> distance(other, place) > BADGE + 4);
        if (free) {
          return place;
        }
      }
    }
    return point;
  }

  private static double distance(double[] a, double[] b) {
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  }

  private void drawBadge(SpeedRow row, int number, double cx, double cy) {
    line(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" fill=\"%s\" stroke=\"#fff\" stroke-width=\"1.5\"/>",
        cx, cy, BADGE, colour(row));
    line(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11\" fill=\"#fff\">%d</text>",
        cx, cy + 4, number);
  }

  private void drawLegend(SpeedRow row, int number) {
    int index = number - 1;
    int left = beside ? WIDTH - LEGEND_WIDTH + 24 : LEFT + index % COLUMNS * LEGEND_WIDTH;
    double top =
        beside
            ? TOP + LEGEND_STEP * index + 14
            : TOP + PLOT_HEIGHT + 84 + LEGEND_STEP * (index / COLUMNS);
    drawBadge(row, number, left + BADGE, top);
    SpeedRow.Setting setting = row.setting();
    Limits limits = report.limitsOf(row);
    String rate =
        switch (row.test()) {
          case SpeedTest.Decode _ -> digits(row.bytesPerSecond() / 1e9) + " GB/s";
          case SpeedTest.Prefill _, SpeedTest.Together _, SpeedTest.Repeating _ ->
              digits(row.flops() / 1e9) + " GFLOPS";
        };
    line(
        "<text x=\"%d\" y=\"%.1f\" font-weight=\"bold\">%s: %s tokens/s</text>",
        left + 28, top, row.test().label(), digits(row.tokensPerSecond()));
    line(
        "<text x=\"%d\" y=\"%.1f\" font-size=\"12\" fill=\"#666\">%s, cache %s, threads %d: %s, %.0f %%</text>",
        left + 28,
        top + 16,
        setting.format(),
        setting.kvFormat(),
        setting.threads(),
        rate,
        100 * row.fractionOfMachine(limits));
  }

  private static String colour(SpeedRow row) {
    return row.test() instanceof SpeedTest.Decode ? DECODE : PREFILL;
  }

  private void line(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /** Three digits. */
  private static String digits(double value) {
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** A tick without needless zeros. */
  private static String plain(double tick) {
    return new BigDecimal(tick).round(new MathContext(1)).stripTrailingZeros().toPlainString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
