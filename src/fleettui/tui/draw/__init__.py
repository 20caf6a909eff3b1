"""Pure presentation: values of the model become lines of spans, without a screen."""
