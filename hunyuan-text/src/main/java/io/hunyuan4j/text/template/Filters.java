package io.hunyuan4j.text.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The filters by their names. */
final class Filters {
  /** Filters of Jinja that chat templates have no use for. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "attr",
          "batch",
          "center",
          "filesizeformat",
          "forceescape",
          "groupby",
          "pprint",
          "random",
          "slice",
          "striptags",
          "truncate",
          "urlencode",
          "urlize",
          "wordwrap",
          "xmlattr");

  private static final Map<String, Filter> ALL = all();

  private Filters() {}

  private static Map<String, Filter> all() {
    Map<String, Filter> filters = new HashMap<>();
    filters.put("default", Filters::orDefault);
    filters.put("d", Filters::orDefault);
    filters.putAll(TextFilters.all());
    filters.putAll(NumberFilters.all());
    filters.putAll(SequenceFilters.all());
    filters.putAll(SelectionFilters.all());
    return Map.copyOf(filters);
  }

  /** The filter of this name, or null if there is none. */
  static @Nullable Filter find(String name) {
    return ALL.get(name);
  }

  /** Whether Jinja has a filter of this name that is not supported here. */
  static boolean isUnsupported(String name) {
    return UNSUPPORTED.contains(name);
  }

  private static Value orDefault(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("default", 0, "default_value", "boolean");
    boolean missing =
        input instanceof Undefined || (given.isTrue(1, false) && !Types.isTrue(input));
    return missing ? given.get(0, Text.EMPTY) : input;
  }
}
