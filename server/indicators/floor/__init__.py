"""What people say of the indicators that they are measured by: written on the phone, with no network too."""
