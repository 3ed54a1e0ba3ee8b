package io.hunyuan4j.bench.speed;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hunyuan4j.core.ModelShape;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that a run found.
 *
 * @param origin where it ran
 * @param model what the model is called
 * @param shape the model's sizes
 * @param plan what was asked
 * @param limits what the machine can do, by ascending number of threads
 * @param rows the tests
 */
public record SpeedReport(
    Origin origin,
    String model,
    ModelShape shape,
    SpeedPlan plan,
    List<Limits> limits,
    List<SpeedRow> rows) {

  /** Copies the lists. */
  public SpeedReport {
    limits = List.copyOf(limits);
    rows = List.copyOf(rows);
  }

  /**
   * Where and when a run was.
   *
   * @param date when
   * @param cpu the processor's name
   * @param processors how many the JVM sees
   * @param vectorBits width of the vector kernels, 0 for plain loops
   * @param jdk version of the JVM
   * @param commit of hunyuan4j, where known
   */
  public record Origin(
      Instant date,
      String cpu,
      int processors,
      int vectorBits,
      String jdk,
      Optional<String> commit) {}

  /** The limits that a row is compared with. */
  public Limits limitsOf(SpeedRow row) {
    return limits.stream()
        .filter(candidate -> candidate.threads() == row.setting().threads())
        .findFirst()
        .orElseThrow();
  }

  /**
   * Everything as JSON: sizes in bytes, times in seconds, speeds per second, and every sample as it
   * was taken.
   */
  public String toJson() {
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("date", origin.date().toString());
    json.put("cpu", origin.cpu());
    json.put("processors", origin.processors());
    json.put("vectorBits", origin.vectorBits());
    json.put("jdk", origin.jdk());
    json.put("commit", origin.commit().orElse(null));
    ObjectNode about = json.putObject("model");
    about.put("name", model);
    about.put("modelType", shape.modelType());
    about.put("parameters", shape.parameters().total());
    about.put("activeParameters", shape.parameters().active());
    ObjectNode options = json.putObject("options");
    ArrayNode weights = options.putArray("weights");
    plan.weights().forEach(choice -> weights.add(choice.spelling()));
    ArrayNode threads = options.putArray("threads");
    plan.threads().forEach(threads::add);
    ArrayNode kvFormats = options.putArray("kv");
    plan.kvFormats().forEach(format -> kvFormats.add(format.name()));
    options.put("repeat", plan.repeat());
    options.put("warmupSeconds", plan.warmup().toMillis() / 1e3);
    ArrayNode machine = json.putArray("limits");
    limits.forEach(one -> write(one, machine.addObject()));
    ArrayNode results = json.putArray("rows");
    rows.forEach(row -> write(row, results.addObject()));
    return json.toPrettyString() + "\n";
  }

  private static void write(Limits limits, ObjectNode json) {
    json.put("threads", limits.threads());
    json.put("readBytesPerSecond", limits.readBytesPerSecond());
    json.put("flops", limits.flops());
    ObjectNode kernels = json.putObject("kernelBytesPerSecond");
    limits.kernelBytesPerSecond().forEach(kernels::put);
  }

  private void write(SpeedRow row, ObjectNode json) {
    json.put("test", row.test().label());
    json.put("tokens", row.test().tokens());
    json.put("depth", row.test().depth());
    json.put("weights", row.setting().weights().spelling());
    json.put("format", row.setting().format());
    json.put("kv", row.setting().kvFormat().name());
    json.put("threads", row.setting().threads());
    json.put("weightBytes", row.work().weightBytes());
    json.put("kvBytes", row.work().kvBytes());
    json.put("operations", row.work().flops());
    json.put("tokensPerSecond", row.tokensPerSecond());
    json.put("bytesPerSecond", row.bytesPerSecond());
    json.put("flops", row.flops());
    json.put("fractionOfMachine", row.fractionOfMachine(limitsOf(row)));
    row.fractionOfDecodeLimit(limitsOf(row))
        .ifPresent(fraction -> json.put("fractionOfDecodeLimit", fraction));
    row.samples().allocatedBytes().ifPresent(bytes -> json.put("allocatedBytes", bytes));
    ArrayNode seconds = json.putArray("seconds");
    row.samples().seconds().forEach(seconds::add);
  }
}
