/** What reading JSON has in common; for this project alone. */
@NullMarked
package io.hunyuan4j.text.json;

import org.jspecify.annotations.NullMarked;
