package io.hunyuan4j.cli;

import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.engine.ScoredText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hunyuan eval}: how many multiple-choice questions a model answers rightly. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Asks a model multiple-choice questions, such as those of CommonsenseQA, PIQA and WinoGrande, and tells how many answers are right.",
    footer = {
      "",
      "FILE has a JSON object a line:",
      "  {\"question\": \"The sky is\", \"choices\": [\"blue\", \"a kind of cheese\"], \"answer\": 0}",
      "A choice follows the question behind a blank, unless the question ends with one or the choice begins with one.",
      "Accuracy takes the most probable choice; length-normalised accuracy that of the largest log-probability a byte (UTF-8). Both come with Wilson's 95 %% confidence interval.",
      "",
      "Example:",
      "  ./hunyuan eval --task piqa.jsonl --model ~/models/Hunyuan-A13B --limit 500"
    })
final class EvalCommand implements Callable<Integer> {
  private final Host host;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final WeightsOption weights = new WeightsOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Option(
      names = "--task",
      required = true,
      paramLabel = "FILE|-",
      description = "The questions. - reads standard input.")
  private String task = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N questions. Default: all.")
  private @Nullable Integer limit;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Writes everything, the log-probabilities of all choices too.")
  private @Nullable Path json;

  EvalCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    EngineOptions options =
        EngineOptions.defaults().withThreads(threads.count()).withWeights(weights.policy());
    if (limit != null && limit < 1) {
      throw misuse("--limit must be at least 1, not " + limit);
    }
    if (json != null) {
      OutputFile.requireWritable("--json", json, command());
    }
    Path folder = model.folder(host);
    List<Question> questions = questions(); // all, so that a broken one is found before the work
    EvalReport report;
    try (Engine engine = weights.open(host, folder, options)) {
      report = new EvalReport(scores(engine, questions));
    }
    print(report);
    if (json != null) {
      Files.writeString(json, report.toJson());
    }
    return ExitCode.FINE;
  }

  private List<Question> questions() {
    List<Question> questions =
        new TextFile(host, command())
            .lines(task, Question::parse, limit == null ? Integer.MAX_VALUE : limit);
    if (questions.isEmpty()) {
      throw misuse(TextFile.name(task) + ": expected a question a line, found none");
    }
    return questions;
  }

  private List<ChoiceScores> scores(Engine engine, List<Question> questions) {
    List<ChoiceScores> scores = new ArrayList<>();
    try (Progress progress = Progress.counting(host, "Asking", "questions")) {
      for (Question question : questions) {
        scores.add(ask(engine, question));
        progress.reached(scores.size(), questions.size());
      }
    }
    return scores;
  }

  private ChoiceScores ask(Engine engine, Question question) {
    String place = "%s: line %d: ".formatted(TextFile.name(task), question.line());
    List<ScoredText> texts;
    try {
      texts = engine.score(question.question(), question.continuations());
    } catch (IllegalArgumentException e) { // too long for the model
      throw misuse(place + e.getMessage());
    }
    List<Double> logprobs = texts.stream().map(ScoredText::logprob).toList();
    if (logprobs.stream().anyMatch(logprob -> Double.isNaN(logprob))) {
      throw new UnusableModelException(
          place + "expected log-probabilities of the choices, found " + logprobs);
    }
    return new ChoiceScores(question, logprobs);
  }

  private void print(EvalReport report) {
    Table table = new Table("lrl");
    table.row("questions", Amounts.count(report.scores().size()), "");
    addTo(table, "accuracy", report.accuracy());
    addTo(table, "length-normalised accuracy", report.accuracyByLength());
    table.print(host.out());
  }

  private static void addTo(Table table, String name, Proportion proportion) {
    String interval =
        String.format(Locale.ROOT, "95 %%: %.4f to %.4f", proportion.low(), proportion.high());
    table.row(name, String.format(Locale.ROOT, "%.4f", proportion.value()), interval);
  }

  private CommandLine command() {
    return Objects.requireNonNull(spec).commandLine();
  }

  private ParameterException misuse(String message) {
    return new ParameterException(command(), message);
  }
}
