"""What networks return."""

from small_networks import batch, small


def test_detach_cuts_every_field() -> None:
    out = small("ma").eval()(**batch()).detach()
    assert not any(value.requires_grad for value in vars(out).values() if value is not None)
