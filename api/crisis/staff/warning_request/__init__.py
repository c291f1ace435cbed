"""The paper on which an authorised office is asked for an official warning."""
